// Grad-CAM 01: as the graph says it: means of the gradient, a product as large as the activation, its sum over channels.
// Predicted: 16 bytes for each pair: 4 for the means, 8 for the product, 4 for the sum; twice what must be read, and three launches.
// Brought: what composed operations cost. A thread for each channel reads with a stride of P: one sector of 32 bytes for each 4 bytes,
// until the cache gives the others.
// lab: launches=3 bytes=16 ahead=2x4
#include "lab.cuh"

KERNEL gradcam01Means(const float* __restrict__ g, float* __restrict__ means, LabGeometry geometry) {
  long long k = threadNumber();
  if (k < geometry.channels) {
    float sum = 0.0f;
#pragma unroll 1
    for (long long p = 0; p < geometry.plane; p++) {
      sum += g[k * geometry.plane + p];
    }
    means[k] = sum / (float)geometry.plane;
  }
}

KERNEL gradcam01Product(const float* __restrict__ a, const float* __restrict__ means, float* __restrict__ product, LabGeometry geometry) {
  long long at = threadNumber();
  if (at < geometry.channels * geometry.plane) {
    product[at] = a[at] * means[at / geometry.plane];
  }
}

KERNEL gradcam01Sum(const float* __restrict__ product, float* __restrict__ y, LabGeometry geometry) {
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
