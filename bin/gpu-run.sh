#!/bin/sh
# run.sh OUT [DEVICE [check]]: checks this machine's GPU with all conformance cases, by our kernels alone, by cuDNN and
# cuBLAS, and in each precision; then, without the word check, times explanations. Writes OUT/report.json, OUT/report.txt
# and OUT/doctor.txt. Exit code 0: all passed; 3: something failed or there is no GPU.
# Needs NVIDIA's driver and nothing else; no network. CUDA libraries are looked for and reported.
set -u
here=$(CDPATH='' cd "$(dirname "$0")" && pwd)
out=${1:?give a folder to write to, as ./run.sh out}
device=${2:-cuda}
what=${3:-all}
mkdir -p "$out" || exit 2

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
  for root in /usr /usr/local "${VIRTUAL_ENV:-/none}" "${CONDA_PREFIX:-/none}" "${HOME:-/none}/.local" /opt/*; do
    python "$root"
  done
}
folders=${LD_LIBRARY_PATH:-}
while IFS= read -r folder; do
  for library in libcudnn.so.9 libcublas.so.12 libcublas.so.13; do
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

classes=$here/engine.jar:$here/bench
for jar in "$here"/lib/*.jar; do
  classes=$classes:$jar
done
wrapper=
jvm() {
  # shellcheck disable=SC2086 # the wrapper's options are meant to be split
  $wrapper "$here/java/bin/java" --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED \
    -XX:MaxRAMPercentage=60 "-Dvoxcam.cache=$out/cache" "$@"
}

code=0
{
  date -u
  uname -srm
  echo "library path: ${LD_LIBRARY_PATH:-none}"
  command -v nvidia-smi >/dev/null && nvidia-smi
  jvm -Dvoxcam.relaunch=false -jar "$here/engine.jar" doctor || code=3
} >"$out/doctor.txt" 2>&1
echo "doctor: $out/doctor.txt" >&2

jvm -cp "$classes" voxcam.bench.DeviceReport "$device" "$out" "$what" || code=3

if [ "$device" = cpu ]; then
  : # compute-sanitizer looks at GPUs alone
elif command -v compute-sanitizer >/dev/null; then
  wrapper="compute-sanitizer --error-exitcode 9"
  jvm -cp "$classes" voxcam.bench.DeviceReport "$device" "$out/sanitizer" check >"$out/sanitizer.txt" 2>&1 || code=3
  tail -n 3 "$out/sanitizer.txt" >&2
else
  echo "compute-sanitizer is not here, so memory accesses were not checked by it" >>"$out/report.txt"
fi
exit $code
