#!/bin/sh
# hawser-portal PORT: opens LIO's portal on 127.0.0.1:PORT, the address under which the host reaches it.
group=/sys/kernel/config/target/iscsi/iqn.2026-11.hawser.lio:disk/tpgt_1
mkdir "$group/np/127.0.0.1:$1" && echo 1 >"$group/enable"
