#!/bin/sh
# Runs a command that cannot outlive the process that started it: file descriptor 3 is a pipe which that process
# holds open; when the pipe ends, the command is asked to end, and after 4 seconds its whole group is killed.
# Must be the leader of a process group of its own.

if [ "$1" = --watch ]; then
  trap '' TERM INT HUP
  while read -r _; do :; done
  kill -TERM "$2" 2>/dev/null
  tries=0
  while [ "$tries" -lt 20 ] && kill -0 "$2" 2>/dev/null; do
    sleep 0.2
    tries=$((tries + 1))
  done
  kill -KILL 0
fi

# A shell of its own, so that the watcher's command line does not repeat the command's: `pgrep -f` finds one.
/bin/sh "$0" --watch "$$" <&3 3<&- 4<&- >/dev/null 2>&1 &
exec "$@" 3<&-
