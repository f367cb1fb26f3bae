#!/bin/sh
# As in the public image: options alone are for nats-server, anything else is a command of its own.
case ${1:-} in
    -*) set -- nats-server "$@" ;;
esac
exec "$@"
