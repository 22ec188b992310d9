// y = 2 x; sums of blocks; and kernels with one fault each, to show that the emulator finds it.
// Launched by voxcam.cuda.EmulatorTest in blocks of 64 or 256 threads along x. Compiled into the emulator only.
#include "common.cuh"

struct TestSize {
  long long count, offset;
};

KERNEL emuTestDouble(const float* __restrict__ x, float* __restrict__ y, TestSize size) {
  long long i = threadNumber();
  if (i < size.count) y[i + size.offset] = 2 * x[i];
}

KERNEL emuTestRead(const float* __restrict__ x, float* __restrict__ y, TestSize size) {
  long long i = threadNumber();
  if (i < size.count) y[i] = x[i + size.offset];
}

// Each thread gives its neighbour's number plus its own.
KERNEL emuTestNeighbour(float* y) {
  __shared__ float numbers[256];
  numbers[threadIdx.x] = threadIdx.x;
  __syncthreads();
  y[threadNumber()] = numbers[(threadIdx.x + 1) % blockDim.x] + threadIdx.x;
}

KERNEL emuTestNoBarrier(float* y) {
  __shared__ float numbers[256];
  numbers[threadIdx.x] = threadIdx.x;
  y[threadNumber()] = numbers[(threadIdx.x + 1) % blockDim.x] + threadIdx.x;
}

KERNEL emuTestUninitialised(float* y) {
  __shared__ float numbers[256];
  if (threadIdx.x % 2 == 0) numbers[threadIdx.x] = 1;
  __syncthreads();
  y[threadNumber()] = numbers[threadIdx.x];
}

KERNEL emuTestEarlyReturn(float* y) {
  if (threadIdx.x >= 40) return;
  __syncthreads();
  y[threadNumber()] = 1;
}

KERNEL emuTestTwoBarriers(float* y) {
  if (threadIdx.x < 32) {
    __syncthreads();
  } else {
    __syncthreads();
  }
  y[threadNumber()] = 1;
}

KERNEL emuTestHalfWarp(float* y) {
  float sum = 1;
  if (threadIdx.x % 32 < 16) sum += __shfl_down_sync(0xffffffffu, sum, 1);
  y[threadNumber()] = sum;
}

template <class T>
__device__ T sumOfWarp(T value) {
  for (int by = 16; by > 0; by /= 2) value += __shfl_down_sync(0xffffffffu, value, by);
  return value;
}

// Thread 0 of each block writes the sum of the block's elements.
KERNEL __launch_bounds__(256) emuTestSum(const float* __restrict__ x, float* __restrict__ y, TestSize size) {
  __shared__ double sums[8];
  long long i = threadNumber();
  double sum = sumOfWarp(i < size.count ? (double)x[i] : 0.0);
  if (threadIdx.x % 32 == 0) sums[threadIdx.x / 32] = sum;
  __syncthreads();
  if (threadIdx.x < 32) {
    sum = sumOfWarp(threadIdx.x < blockDim.x / 32 ? sums[threadIdx.x] : 0.0);
    if (threadIdx.x == 0) y[blockIdx.x] = (float)sum;
  }
}

KERNEL emuTestDivide(int* y, TestSize size) { y[threadNumber()] = 7 / (int)size.offset; }

KERNEL emuTestWide(const float* __restrict__ x, float* __restrict__ y, TestSize size) {
  if (threadNumber() == 0) {
    *reinterpret_cast<float4*>(y) = *reinterpret_cast<const float4*>(x + size.offset);
  }
}

// C = A B with tiles of 16 x 16: what a tiled kernel costs on the emulator.
KERNEL emuTestMatmul(const float* __restrict__ a, const float* __restrict__ b, float* __restrict__ c, TestSize size) {
  __shared__ float left[8][128], right[8][128];
  long long n = size.count;
  int tx = threadIdx.x % 16, ty = threadIdx.x / 16;
  float sums[8][8] = {};
  for (long long k = 0; k < n; k += 8) {
    for (int e = threadIdx.x; e < 8 * 128; e += 256) {
      left[e % 8][e / 8] = a[(blockIdx.y * 128 + e / 8) * n + k + e % 8];
      right[e / 128][e % 128] = b[(k + e / 128) * n + blockIdx.x * 128 + e % 128];
    }
    __syncthreads();
#pragma unroll
    for (int l = 0; l < 8; l++) {
#pragma unroll
      for (int i = 0; i < 8; i++) {
#pragma unroll
        for (int j = 0; j < 8; j++) sums[i][j] += left[l][ty * 8 + i] * right[l][tx * 8 + j];
      }
    }
    __syncthreads();
  }
  for (int i = 0; i < 8; i++) {
    for (int j = 0; j < 8; j++) c[(blockIdx.y * 128 + ty * 8 + i) * n + blockIdx.x * 128 + tx * 8 + j] = sums[i][j];
  }
}

// y[b] = the how manyth block b was.
KERNEL emuTestOrder(int* y, unsigned* counter) {
  if (threadIdx.x == 0) y[blockIdx.x] = (int)atomicAdd(counter, 1u);
}

// y[0] = a sum over blocks, by the last one. At offset 1 each counts itself before it has written, at 2 each takes itself for the last.
KERNEL emuTestHandOver(float* y, float* parts, unsigned* counter, TestSize size) {
  __shared__ int last;
  if (threadIdx.x == 0 && size.offset != 1) parts[blockIdx.x] = 1;
  __threadfence();
  __syncthreads();
  if (threadIdx.x == 0) last = atomicAdd(counter, 1u) == gridDim.x - 1 || size.offset == 2;
  __syncthreads();
  if (threadIdx.x == 0 && size.offset == 1) parts[blockIdx.x] = 1;
  if (!last) return;
  float sum = 0;
  for (unsigned b = 0; b < gridDim.x; b++) sum += parts[b];
  __syncthreads();
  if (threadIdx.x == 0) y[0] = sum;
}
