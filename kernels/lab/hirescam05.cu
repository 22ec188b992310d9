// HiResCAM 05: the teams of a block share the channels of 32 x 4 positions and add up what they have through shared memory.
// Predicted: 8 times the threads for each position, at no bytes more; 512 channels of 6^3 positions are 2 blocks instead of a quarter of one.
// Brought: 8 KiB of shared memory and two barriers for each block, once. Positions must still be a multiple of 4, and 27 of them are one block.
// lab: launches=1 bytes=8 ahead=8x16
#include "lab.cuh"

KERNEL __launch_bounds__(256, 4) hirescam05(const float* __restrict__ a, const float* __restrict__ g, float* __restrict__ y, LabGeometry geometry) {
  __shared__ CamPair shared[256 * 4];
  int team = (int)threadIdx.x / 32;
  long long first = blockIdx.x * 128LL;
  long long p = first + threadIdx.x % 32 * 4;
  CamPair sums[4] = {};
  for (long long k = team; k < geometry.channels; k += 32) {
    CamWords<CamF32> x[4];
    CamWords<CamF32> w[4];
#pragma unroll
    for (int r = 0; r < 4; r++) {
      x[r].none();
      w[r].none();
      if (k + 8 * r < geometry.channels && p < geometry.plane) {
        x[r].load(a + (k + 8 * r) * geometry.plane + p);
        w[r].load(g + (k + 8 * r) * geometry.plane + p);
      }
    }
#pragma unroll
    for (int r = 0; r < 4; r++) {
#pragma unroll
      for (int i = 0; i < 4; i++) {
        camProduct(sums[i], x[r].at(i), w[r].at(i));
      }
    }
  }
#pragma unroll
  for (int i = 0; i < 4; i++) {
    shared[threadIdx.x * 4 + i] = sums[i];
  }
  __syncthreads();
  if (threadIdx.x < 128 && first + threadIdx.x < geometry.plane) {
    CamPair sum = shared[threadIdx.x];
    for (int other = 1; other < 8; other++) {
      camMerge(sum, shared[other * 128 + threadIdx.x]);
    }
    y[first + threadIdx.x] = camValue(sum, 1.0);
  }
}
