#!/usr/bin/env bash
# A private Slurm on one machine: slurmctld, a few slurmd "nodes" and munge, on loopback only, with
# no database and no cgroups. It exists to try the workflow's cluster profile for real.
set -euo pipefail

usage() {
    cat <<'TEXT'
usage: tests/cluster/slurm.sh start|stop|status [options]

  start     install Slurm if it is missing (Debian, Ubuntu), start the cluster, wait until its
            nodes are idle; nothing to do if it already runs
  stop      cancel the cluster's jobs and stop the daemons that `start` started
  status    show nodes and jobs; exit code 0 if the cluster runs, 1 if not

  --nodes N     number of nodes (default 2)
  --cpus N      CPUs each node claims (default 2; they share the machine's real ones)
  --memory MB   memory each node claims (default 16000)
                (the last node is also in a partition `gpu`, and claims a GPU)
  --state DIR   keys, sockets, logs and spool of the cluster (default /var/lib/gapworks-slurm)
  --link FILE   where Slurm's commands look for slurm.conf (default /etc/slurm/slurm.conf); it
                becomes a link into DIR, and `stop` removes it
  --port N      first of the 1 + nodes ports used on 127.0.0.1 (default 16817)
  --help        this text

`start` and `stop` need root. Exit code 3: this machine cannot have the cluster (no root, no
apt-get, a real Slurm is configured here); 1: it could, but something failed; 2: wrong usage.
TEXT
}

readonly MARK="# gapworks private Slurm"   # first line of our slurm.conf: tells it from a real one
readonly PACKAGES="slurmctld slurmd slurm-client munge"

NODES=2
CPUS=2
MEMORY=16000
STATE=/var/lib/gapworks-slurm   # not /run: noexec on Debian, and jobs run from the spool
LINK=/etc/slurm/slurm.conf
PORT=16817

say() { printf 'slurm.sh: %s\n' "$*"; }
fail() { printf 'slurm.sh: error: %s\n' "$*" >&2; exit 1; }
cannot() { printf 'slurm.sh: error: %s\n' "$*" >&2; exit 3; }
wrong() { printf 'slurm.sh: error: %s (see --help)\n' "$*" >&2; exit 2; }

# ---------------------------------------------------------------- what is there

# The process of pid file $1, if it lives and is ours: its command line names our state folder. A
# pid file outlives a kill -9 or a reboot, and its number may by then belong to somebody else.
pid_of() {
    local pid
    pid=$(cat "$1" 2>/dev/null) || return 1
    [[ $pid =~ ^[0-9]+$ && -r /proc/$pid/cmdline ]] || return 1
    tr '\0' ' ' <"/proc/$pid/cmdline" | grep -qF -- "$STATE/" || return 1
    echo "$pid"
}

# Nodes first: the order in which to stop.
pid_files() {
    find "$STATE/run" -name 'slurmd-*.pid' 2>/dev/null | sort
    echo "$STATE/run/slurmctld.pid"
    echo "$STATE/run/munged.pid"
}

nodes_configured() {
    [[ -e $STATE/slurm.conf ]] || { echo 0; return; }
    grep -c '^NodeName=' "$STATE/slurm.conf"
}

is_linked() { [[ $(readlink "$LINK") == "$STATE/slurm.conf" ]]; }

daemons_live() {
    local file i
    for ((i = 1; i <= $(nodes_configured); i++)); do
        pid_of "$STATE/run/slurmd-n$i.pid" >/dev/null || return 1
    done
    for file in $(pid_files); do pid_of "$file" >/dev/null || return 1; done
}

is_running() { is_linked && daemons_live && timeout 10 scontrol ping >/dev/null 2>&1; }

all_idle() {
    local states
    states=$(timeout 10 sinfo --noheader --Node --partition=main --format=%t 2>/dev/null | sort | uniq -c | xargs)
    [[ $states == "$NODES idle" ]]
}

# ---------------------------------------------------------------- start

need_root() {
    ((EUID == 0)) || cannot "needs root, because Slurm's daemons start jobs as their owners;" \
        "an administrator would run: sudo ${BASH_SOURCE[0]} $COMMAND"
}

install_packages() {
    local tool missing=()
    for tool in slurmctld slurmd sbatch munged; do
        command -v "$tool" >/dev/null || missing+=("$tool")
    done
    ((${#missing[@]})) || return 0
    command -v apt-get >/dev/null || cannot "Slurm is not installed (no ${missing[*]}) and this is" \
        "no Debian or Ubuntu: install slurmctld, slurmd, Slurm's client commands and munge first"
    say "installing the packages $PACKAGES (no ${missing[*]} here)"
    # Package lists may be missing (a fresh container) or old: refresh them only if they are.
    apt_install 2>/dev/null || { apt-get -qq update && apt_install; } ||
        fail "could not install; try: apt-get install $PACKAGES"
    # Packages that we brought must not start services of their own at the next boot.
    if [[ -d /run/systemd/system ]]; then
        systemctl --quiet disable --now slurmctld slurmd munge || true
    fi
}

apt_install() {
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends $PACKAGES \
        >/dev/null
}

# A configuration that is not ours belongs to a real cluster: never touch it.
check_link() {
    [[ -e $LINK || -L $LINK ]] || return 0
    ! is_linked || return 0
    if [[ ! -L $LINK ]] || ! grep -qxF "$MARK" "$LINK" 2>/dev/null; then
        cannot "$LINK exists and is not ours: a real Slurm seems to be configured on this machine," \
            "which a private one would break. If it is a leftover, move it away and try again"
    fi
    cannot "a private Slurm with another state folder is linked: stop it first, with" \
        "--state $(dirname "$(readlink "$LINK")")"
}

# The state folder gets cleared at a start, so it must be new, empty or ours: its lock file tells.
claim_state() {
    # A socket's path may have 107 characters.
    if ((${#STATE} > 90)); then wrong "the path of --state is too long: $STATE"; fi
    if [[ ! -e $STATE/gapworks.lock && -n $(ls -A "$STATE" 2>/dev/null) ]]; then
        wrong "--state $STATE is a folder with other things in it"
    fi
    mkdir -p "$STATE"
    exec 9>"$STATE/gapworks.lock"
}

write_config() {
    local host i
    host=$(uname -n)
    host=${host%%.*}
    mkdir -p "$(dirname "$LINK")"
    # A fresh cluster every time: state left by a kill or a reboot would bring dead jobs back.
    rm -rf "$STATE"/{save,spool,run,munge}
    mkdir -p "$STATE"/{save,spool,run,log}
    mkdir -m 0711 "$STATE/munge"   # munged insists on closed folders; clients need the socket in it
    (umask 077 && head -c 128 /dev/urandom >"$STATE/munge/key")
    rm -f "$STATE"/log/*.log
    {
        cat <<TEXT
$MARK
# written by tests/cluster/slurm.sh; "stop" ends the cluster
ClusterName=gapworks
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$PORT
# one machine, reached through loopback only
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
AuthType=auth/munge
AuthInfo=socket=$STATE/munge/socket
SlurmUser=root
StateSaveLocation=$STATE/save
SlurmdSpoolDir=$STATE/spool/%n
SlurmctldPidFile=$STATE/run/slurmctld.pid
SlurmdPidFile=$STATE/run/slurmd-%n.pid
SlurmctldLogFile=$STATE/log/slurmctld.log
SlurmdLogFile=$STATE/log/slurmd-%n.log
# works in a container and without systemd: no cgroups, no database
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
# what cgroups would do: a job that takes more memory than it asked for is killed, within a second
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill,UsePss
# CPUs and memory are what Slurm counts with, not what the machine has
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
SlurmdParameters=config_overrides
# numbers that no cluster here had before, by the second of its start: two at once must not mistake
# the other's processes for their jobs, nor MPI ranks what killed ones of that number left in /dev/shm
FirstJobId=$(($(date +%s) % 65000 * 1000 + 1))
# finished jobs stay visible to squeue for an hour: it is all that there is to ask
MinJobAge=3600
ReturnToService=2
KillWait=5
SchedulerParameters=batch_sched_delay=0,sched_min_interval=100000,bf_interval=5
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
# the last node claims a GPU, so that jobs which ask for one can be tried
GresTypes=gpu
PartitionName=gpu Nodes=n$NODES MaxTime=INFINITE State=UP
TEXT
        for ((i = 1; i <= NODES; i++)); do
            echo "NodeName=n$i NodeHostname=$host NodeAddr=127.0.0.1 Port=$((PORT + i))" \
                "CPUs=$CPUS RealMemory=$MEMORY State=UNKNOWN" "$( ((i < NODES)) || echo Gres=gpu:1)"
        done
    } >"$STATE/slurm.conf"
    echo "NodeName=n$NODES Name=gpu File=/dev/null" >"$STATE/gres.conf"
    ln -sfn "$STATE/slurm.conf" "$LINK"
}

start_daemons() {
    local i
    # Descriptor 9 is the lock of `start`: a daemon that inherited it would hold it for ever.
    munged --key-file="$STATE/munge/key" --socket="$STATE/munge/socket" \
        --pid-file="$STATE/run/munged.pid" --log-file="$STATE/log/munged.log" \
        --seed-file="$STATE/munge/seed" 9>&- || fail_with_logs "munged did not start"
    slurmctld -c -f "$STATE/slurm.conf" 9>&- || fail_with_logs "slurmctld did not start"
    for ((i = 1; i <= NODES; i++)); do
        slurmd -f "$STATE/slurm.conf" -N "n$i" 9>&- || fail_with_logs "slurmd n$i did not start"
    done
}

wait_until_idle() {
    local begin=$SECONDS
    until all_idle; do
        sleep 0.2
        ((SECONDS - begin < 5)) || daemons_live || fail_with_logs "a daemon ended after its start"
        ((SECONDS - begin < 60)) || fail_with_logs "the nodes are not idle after 60 s:" \
            "$(timeout 10 sinfo --Node --long 2>&1)"
    done
}

fail_with_logs() {
    local log
    for log in "$STATE"/log/*.log; do
        [[ -s $log ]] || continue
        printf -- '--- the end of %s\n' "$log" >&2
        tail -n 12 "$log" >&2
    done
    dismantle
    fail "$@"
}

start() {
    if [[ -n ${SLURM_CONF:-} && $SLURM_CONF != "$STATE/slurm.conf" ]]; then
        cannot "SLURM_CONF=$SLURM_CONF points Slurm's commands at another cluster: unset it first"
    fi
    export SLURM_CONF=$STATE/slurm.conf
    ! already_runs || return 0
    need_root
    check_link
    install_packages
    umask 022
    claim_state
    flock 9   # of two sessions that start at once, the second finds it running
    ! already_runs || return 0
    stop_daemons   # what a half-dead cluster left over
    write_config
    start_daemons
    wait_until_idle
    say "started: $NODES nodes with $CPUS CPUs and $MEMORY MB each; logs in $STATE/log"
}

already_runs() {
    is_running || return 1
    if (($(nodes_configured) != NODES)); then
        fail "already runs, with $(nodes_configured) nodes instead of $NODES: stop it first"
    fi
    say "already runs"
}

# ---------------------------------------------------------------- stop, status

# Stop what our pid files name, nodes first; a daemon that ignores SIGTERM for 10 s is killed.
stop_daemons() {
    local file pid tries
    for file in $(pid_files); do
        if pid=$(pid_of "$file"); then
            kill "$pid" 2>/dev/null || true
            for ((tries = 0; tries < 100; tries++)); do
                pid_of "$file" >/dev/null || break
                sleep 0.1
            done
            ! pid_of "$file" >/dev/null || kill -9 "$pid" 2>/dev/null || true
        fi
        rm -f "$file"
    done
}

# Leave the machine as it was, but for the logs.
dismantle() {
    stop_daemons
    if is_linked; then rm -f "$LINK"; fi
    rm -f "$STATE/slurm.conf" "$STATE/gres.conf"
}

stop() {
    local deadline=$((SECONDS + 20))
    [[ -e $STATE/slurm.conf ]] || is_linked || { say "not running"; return; }
    need_root
    export SLURM_CONF=$STATE/slurm.conf
    if is_running; then
        # Jobs would outlive their slurmd: end them while there is somebody to do it.
        squeue --noheader --format=%A | sort -u | xargs --no-run-if-empty scancel 2>/dev/null || true
        while [[ -n $(timeout 10 squeue --noheader 2>/dev/null) ]] && ((SECONDS < deadline)); do
            sleep 0.2
        done
    fi
    dismantle
    say "stopped; logs stay in $STATE/log"
}

status() {
    local file
    export SLURM_CONF=$STATE/slurm.conf
    if is_running; then
        sinfo --Node --long
        squeue
        return
    fi
    say "not running"
    if [[ -e $STATE/slurm.conf ]]; then   # half of it lives, or a kill or a reboot ended it
        for file in $(pid_files); do
            pid_of "$file" >/dev/null || say "no living process behind $file"
        done
    fi
    exit 1
}

# ---------------------------------------------------------------- command line

is_number() { [[ $1 =~ ^[1-9][0-9]{0,5}$ ]] || wrong "$2 takes a number, not '$1'"; }

COMMAND=
while (($#)); do
    case $1 in
        -h | --help) usage; exit ;;
        start | stop | status)
            [[ -z $COMMAND ]] || wrong "one command at a time, not $COMMAND and $1"
            COMMAND=$1
            shift
            continue ;;
        --nodes | --cpus | --memory | --state | --link | --port)
            (($# > 1)) || wrong "$1 needs a value" ;;
        *) wrong "unknown argument '$1'" ;;
    esac
    case $1 in
        --nodes) is_number "$2" "$1"; NODES=$2 ;;
        --cpus) is_number "$2" "$1"; CPUS=$2 ;;
        --memory) is_number "$2" "$1"; MEMORY=$2 ;;
        --port) is_number "$2" "$1"; PORT=$2 ;;
        --state) STATE=$(realpath --canonicalize-missing "$2") ;;
        --link) LINK=$(realpath --no-symlinks --canonicalize-missing "$2") ;;
    esac
    shift 2
done
[[ -n $COMMAND ]] || { usage >&2; exit 2; }
"$COMMAND"
