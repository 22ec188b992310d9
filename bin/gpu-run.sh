#!/bin/sh
# run.sh OUT [DEVICE [WHAT [MINUTES]]]: checks and times this machine's GPU. Needs NVIDIA's driver and nothing else; no
# network. CUDA libraries are looked for and reported.
#   DEVICE   cuda (also for ''), or cpu to try this folder without a GPU
#   WHAT     check   all conformance cases, by our kernels alone, by cuDNN and cuBLAS, and in each precision
#            memory  the cases of our kernels under compute-sanitizer
#            bench   times of explanations in each of these ways, their maps beside the processor's
#            all     one after the other, which is the default
#   MINUTES  how long it may take; what was not done by then is reported as not done
# Writes OUT/report.json, OUT/report.txt and OUT/doctor.txt; OUT/cache may be removed. Exit code 0: all passed; 2: something is
# wrong with what was given; 3: something failed or there is no GPU; 4: the time was over before the checks were done.
# VOXCAM_JVM_OPTIONS holds further options for Java, such as -Dvoxcam.bench.nets='RESNET18|MESHNET5'.
set -u
here=$(CDPATH='' cd "$(dirname "$0")" && pwd)
device=${2:-cuda}
what=${3:-all}
minutes=${4:-0}
usage() {
  echo "run.sh: $1; give a folder to write to, as ./run.sh out, then cuda or cpu, then check, memory, bench or all, then minutes" >&2
  exit 2
}
[ -n "${1:-}" ] || usage "no folder"
case $device in cuda | cpu) ;; *) usage "$device is no device" ;; esac
case $what in check | memory | bench | all) ;; *) usage "$what is not known" ;; esac
case $minutes in *[!0-9]* | '') usage "$minutes is no number of minutes" ;; esac
mkdir -p "$1" && out=$(CDPATH='' cd "$1" && pwd) && : >"$out/report.txt" || usage "$1 cannot be written"
begin=$(date +%s)

# Some ways to copy a folder lose the right to execute.
java=$here/java/bin/java
[ -x "$java" ] || chmod +x "$here"/java/bin/* "$here"/java/lib/jspawnhelper 2>/dev/null
"$java" -version >/dev/null 2>&1 || {
  echo "run.sh: $java does not start: copy this folder with its rights to a disk that programs may run from" >&2
  exit 2
}

# The usual places, and inside Python packages: site-packages/nvidia/cudnn/lib, nvidia/cublas/lib, nvidia/cu13/lib.
python() { # the folders of packages of each Python below $1
  for packages in "$1"/lib/python3*/site-packages "$1"/lib/python3*/dist-packages "$1"/lib64/python3*/site-packages; do
    for lib in "$packages"/nvidia/*/lib; do
      printf '%s\n' "$lib"
    done
  done
}
places() {
  printf '%s\n' /usr/local/cuda/lib64 /usr/local/cuda/targets/x86_64-linux/lib /usr/local/cuda-*/lib64 \
    /usr/lib/x86_64-linux-gnu /usr/lib64 "${CUDA_HOME:-/none}/lib64" "${CONDA_PREFIX:-/none}/lib"
  for program in python3 python; do
    found=$(command -v $program) && python "$(dirname "$(dirname "$found")")"
  done
  for root in /usr /usr/local "${VIRTUAL_ENV:-/none}" "${CONDA_PREFIX:-/none}" "${HOME:-/none}/.local" /opt/* /opt/*/.venv \
    /opt/*/venv; do
    python "$root"
  done
}
# NVRTC and cuBLASLt are what the two others load by themselves.
folders=${LD_LIBRARY_PATH:-}
while IFS= read -r folder; do
  for library in libcudnn.so.9 libcublas.so.12 libcublas.so.13 libcublasLt.so.12 libcublasLt.so.13 libnvrtc.so.12 libnvrtc.so.13; do
    if [ -e "$folder/$library" ]; then
      case :$folders: in
        *":$folder:"*) ;;
        *) folders=${folders:+$folders:}$folder ;;
      esac
    fi
  done
done <<END
$(places)
END
if [ -n "$folders" ]; then
  LD_LIBRARY_PATH=$folders
  export LD_LIBRARY_PATH
fi
# With it set, JCuda's libraries would need every function of every CUDA there is.
unset LD_BIND_NOW
# What the driver compiles is kept here; a home may be missing or closed.
mkdir -p "$out/cache/driver"
CUDA_CACHE_PATH=$out/cache/driver
export CUDA_CACHE_PATH

classes=$here/engine.jar:$here/bench
for jar in "$here"/lib/*.jar; do
  classes=$classes:$jar
done
wrapper=
jvm() {
  # shellcheck disable=SC2086 # the wrapper's and the user's options are meant to be split
  $wrapper "$java" --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED -XX:MaxRAMPercentage=60 \
    "-Dvoxcam.cache=$out/cache" ${VOXCAM_JVM_OPTIONS:-} "$@"
}
left() { # the seconds that are left; 0 if there is no end
  [ "$minutes" -gt 0 ] || { echo 0 && return; }
  seconds=$((begin + minutes * 60 - $(date +%s)))
  [ $seconds -gt 0 ] || seconds=1
  echo $seconds
}

code=0
worst() { # of this one and those before: a failure, then what was not done
  case $code,$1 in
    *,0 | 3,*) ;;
    *,4) code=4 ;;
    *) code=3 ;;
  esac
}

{
  date -u
  uname -srm
  echo "library path: ${LD_LIBRARY_PATH:-none}"
  command -v nvidia-smi >/dev/null && nvidia-smi
} >"$out/doctor.txt" 2>&1
case $what in
  all | check)
    jvm -Dvoxcam.relaunch=false -jar "$here/engine.jar" doctor >>"$out/doctor.txt" 2>&1
    worst $?
    echo "doctor: $out/doctor.txt" >&2
    ;;
esac

if [ "$what" != memory ]; then
  jvm -cp "$classes" voxcam.bench.DeviceReport "$device" "$out" "$what" "$(left)"
  worst $?
fi

case $device,$what in
  cpu,* | *,check | *,bench) ;; # compute-sanitizer looks at GPUs alone
  *)
    if command -v compute-sanitizer >/dev/null; then
      wrapper="compute-sanitizer --error-exitcode 9"
      jvm -cp "$classes" voxcam.bench.DeviceReport "$device" "$out/sanitizer" memory "$(left)" >"$out/sanitizer.txt" 2>&1
      result=$?
      worst $result
      {
        [ $result -ne 9 ] || echo "compute-sanitizer found a fault, see sanitizer.txt:"
        sed -n 's/^=* *\(ERROR SUMMARY.*\)/compute-sanitizer: \1/p' "$out/sanitizer.txt"
        tail -n 2 "$out/sanitizer/report.txt" 2>/dev/null | sed 's/^/under compute-sanitizer: /'
      } | tee -a "$out/report.txt" >&2
    else
      echo "compute-sanitizer is not here, so memory accesses were not checked by it" | tee -a "$out/report.txt" >&2
    fi
    ;;
esac
exit $code
