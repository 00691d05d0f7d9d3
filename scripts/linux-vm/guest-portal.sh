#!/bin/sh
# hawser-portal NAME PORT: opens a target's portal on 127.0.0.1:PORT, the address under which the host reaches it.
# Targets may share a port: LIO tells their callers apart by the name that these log in to.
group=/sys/kernel/config/target/iscsi/iqn.2026-11.hawser.lio:$1/tpgt_1
mkdir "$group/np/127.0.0.1:$2" && echo 1 >"$group/enable"
