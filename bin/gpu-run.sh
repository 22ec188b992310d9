#!/bin/sh
# run.sh OUT [DEVICE]: checks this machine's GPU with all conformance cases, then times explanations, and writes
# OUT/report.json, OUT/report.txt and OUT/doctor.txt. Exit code 0: all passed; 3: something failed or there is no GPU.
# Needs NVIDIA's driver and nothing else; no network. CUDA libraries are looked for and reported.
set -u
here=$(CDPATH='' cd "$(dirname "$0")" && pwd)
out=${1:?give a folder to write to, as ./run.sh out}
device=${2:-cuda}
mkdir -p "$out" || exit 2

# The usual places, and inside Python packages: site-packages/nvidia/cudnn/lib and the like.
folders=
for folder in /usr/local/cuda/lib64 /usr/local/cuda-*/lib64 /usr/lib/x86_64-linux-gnu /usr/lib64 \
  /usr/lib/python3*/site-packages/nvidia/*/lib /usr/lib/python3/dist-packages/nvidia/*/lib \
  /usr/local/lib/python3*/site-packages/nvidia/*/lib /usr/local/lib/python3*/dist-packages/nvidia/*/lib \
  /opt/*/lib/python3*/site-packages/nvidia/*/lib "$HOME"/.local/lib/python3*/site-packages/nvidia/*/lib \
  "${VIRTUAL_ENV:-/none}"/lib/python3*/site-packages/nvidia/*/lib "${CONDA_PREFIX:-/none}"/lib/python3*/site-packages/nvidia/*/lib; do
  for library in "$folder"/libcudnn.so.9 "$folder"/libcublas.so.12 "$folder"/libcublas.so.13; do
    if [ -e "$library" ]; then
      folders=$folders:$folder
      break
    fi
  done
done
LD_LIBRARY_PATH=${LD_LIBRARY_PATH:-}$folders
export LD_LIBRARY_PATH

java="$here/java/bin/java --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED -XX:MaxRAMPercentage=60"
classes=$here/engine.jar:$here/bench:$(echo "$here"/lib/*.jar | tr ' ' ':')

{
  date -u
  uname -srm
  command -v nvidia-smi >/dev/null && nvidia-smi
  # shellcheck disable=SC2086 # the options are meant to be split
  $java -Dvoxcam.relaunch=false -jar "$here/engine.jar" doctor
} >"$out/doctor.txt" 2>&1
echo "doctor: $out/doctor.txt" >&2

code=0
# shellcheck disable=SC2086
$java -cp "$classes" voxcam.bench.DeviceReport "$device" "$out" || code=3

if command -v compute-sanitizer >/dev/null; then
  # shellcheck disable=SC2086
  compute-sanitizer --error-exitcode 9 $java -cp "$classes" voxcam.bench.DeviceReport "$device" "$out/sanitizer" check \
    >"$out/sanitizer.txt" 2>&1 || code=3
  tail -n 3 "$out/sanitizer.txt" >&2
else
  echo "compute-sanitizer is not here, so memory accesses were not checked by it" >>"$out/report.txt"
fi
exit $code
