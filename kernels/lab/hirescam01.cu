// HiResCAM 01: as the graph says it: a product as large as the activation, then its sum over channels.
// Predicted: 16 bytes for each pair (8 read, 4 written, 4 read again), twice what must be read.
// Brought: what (g * A).sum(1) costs where nothing fuses it; every other step is held against this one.
// lab: launches=2 bytes=16 ahead=2x4
#include "lab.cuh"

KERNEL hirescam01Product(const float* __restrict__ a, const float* __restrict__ g, float* __restrict__ product, LabGeometry geometry) {
  long long at = threadNumber();
  if (at < geometry.channels * geometry.plane) {
    product[at] = a[at] * g[at];
  }
}

KERNEL hirescam01Sum(const float* __restrict__ product, float* __restrict__ y, LabGeometry geometry) {
  long long p = threadNumber();
  if (p < geometry.plane) {
    float sum = 0.0f;
#pragma unroll 1
    for (long long k = 0; k < geometry.channels; k++) {
      sum += product[k * geometry.plane + p];
    }
    y[p] = sum;
  }
}
