#!/bin/sh
# hawser-state NAME: prints the counters of a LIO target ("counter NAME N"), then its sessions ("session NAME ISID TSIH
# TYPE STATE"), each followed by its connections ("connection CID STATE").
target=/sys/kernel/config/target/iscsi/iqn.2026-11.hawser.lio:$1
group=$target/tpgt_1
statistics=$target/fabric_statistics
for counter in iscsi_instance/sessions iscsi_login_stats/accepts iscsi_logout_stats/normal_logouts \
  iscsi_logout_stats/abnormal_logouts iscsi_sess_err/digest_errors iscsi_sess_err/cxn_errors; do
  echo "counter ${counter#*/} $(cat $statistics/$counter)"
done
# Established TCP connections (state 01) to the portal, as opposed to its listener.
port=$(printf ':%04X' "$(ls $group/np | sed 's/.*://')")
echo "counter sockets $(awk -v port="$port" '$4 == "01" && substr($2, 9) == port' /proc/net/tcp | wc -l)"

# LIO describes the sessions of initiators that have an access list entry. Making one for an initiator that was let in
# without leaves its session alone; its next login is checked against the entry, so that gets the same secrets.
for name in $(tr '\0' '\n' <$group/dynamic_sessions); do
  mkdir "$group/acls/$name" 2>/dev/null || continue
  [ "$(cat $group/attrib/authentication)" = 0 ] || for file in userid password userid_mutual password_mutual; do
    value=$(cat $group/auth/$file)
    case $value in '' | NULL) ;; *) printf %s "$value" >"$group/acls/$name/auth/$file" ;; esac
  done
done
for entry in $group/acls/*/; do
  [ -e "$entry/info" ] || continue
  awk '
    /^InitiatorName:/ { name = $2 }
    /^LIO Session ID:/ {
      isid = $0; sub(/.*ISID: 0x/, "", isid); sub(/ *TSIH.*/, "", isid); gsub(/ /, "", isid)
      tsih = $0; sub(/.*TSIH: /, "", tsih); sub(/ .*/, "", tsih)
      type = $NF
    }
    /^Session State:/ { state = $3; sub(/TARG_SESS_STATE_/, "", state); print "session", name, isid, tsih, type, state }
    /^CID:/ { state = $NF; sub(/TARG_CONN_STATE_/, "", state); print "connection", $2, state }
  ' "$entry/info"
done
