// Heat maps of an activation A and a gradient g, both [N,K,P] with P positions: raw and signed, y [N,P].
//   HiResCAM:  y[n,p] = sum_k g[n,k,p] A[n,k,p]
//   Grad-CAM:  y[n,p] = sum_k m[n,k] A[n,k,p], m[n,k] the mean of g[n,k,:], which poolGlobal of pool.cu makes before
// The sums over channels are compensated (each product and each sum with its rounding error), so that a map's own sum can be held to the score.
//   camPositions  four neighbouring positions per thread, which walks over all channels; for many positions, P a multiple of 4; grid covers P / 4, y: n
//   camChannels   32 positions per block, whose warps share the channels; grid x: 32 positions, y: n
// Called by CudaCam.
#include "common.cuh"

// pooled: whether g is a weight per channel.
struct CamGeometry {
  long long batch, channels, plane, pooled;
};

// A sum and what was lost in rounding it.
struct CamSum {
  float high, low;
};

__device__ __forceinline__ void camAdd(CamSum& sum, float term, float lost) {
  float next = sum.high + term;
  float taken = next - sum.high;
  sum.low += ((sum.high - (next - taken)) + (term - taken)) + lost;
  sum.high = next;
}

__device__ __forceinline__ void camAddProduct(CamSum& sum, float a, float b) {
  // Written as a fused operation so that no compiler fuses the product with the sum that follows: its rounded value is needed.
  float product = fmaf(a, b, 0.0f);
  camAdd(sum, product, fmaf(a, b, -product));
}

// Where the sum is infinite what was lost is not a number.
__device__ __forceinline__ float camValue(const CamSum& sum) {
  float value = sum.high + sum.low;
  return value == value ? value : sum.high;
}

KERNEL __launch_bounds__(256)
    camPositions(const float* __restrict__ a, const float* __restrict__ g, float* __restrict__ y, CamGeometry geometry) {
  long long fours = geometry.plane / 4;
  long long at = threadNumber();
  if (at >= fours) {
    return;
  }
  for (long long n = blockIdx.y; n < geometry.batch; n += gridDim.y) {
    const float4* activation = reinterpret_cast<const float4*>(a) + n * geometry.channels * fours + at;
    const float4* gradient = reinterpret_cast<const float4*>(g) + n * geometry.channels * fours + at;
    const float* weights = g + n * geometry.channels;
    CamSum x = {0.0f, 0.0f};
    CamSum y4 = {0.0f, 0.0f};
    CamSum z = {0.0f, 0.0f};
    CamSum w = {0.0f, 0.0f};
#pragma unroll 4
    for (long long k = 0; k < geometry.channels; k++) {
      float4 four = activation[k * fours];
      float4 weight;
      if (geometry.pooled) {
        float one = __ldg(weights + k);
        weight.x = one;
        weight.y = one;
        weight.z = one;
        weight.w = one;
      } else {
        weight = gradient[k * fours];
      }
      camAddProduct(x, four.x, weight.x);
      camAddProduct(y4, four.y, weight.y);
      camAddProduct(z, four.z, weight.z);
      camAddProduct(w, four.w, weight.w);
    }
    float4 result;
    result.x = camValue(x);
    result.y = camValue(y4);
    result.z = camValue(z);
    result.w = camValue(w);
    reinterpret_cast<float4*>(y)[n * fours + at] = result;
  }
}

KERNEL __launch_bounds__(1024)
    camChannels(const float* __restrict__ a, const float* __restrict__ g, float* __restrict__ y, CamGeometry geometry) {
  __shared__ CamSum parts[32][32];
  int lane = threadIdx.x % 32;
  int warp = threadIdx.x / 32;
  int warps = blockDim.x / 32;
  long long position = blockIdx.x * 32LL + lane;
  for (long long n = blockIdx.y; n < geometry.batch; n += gridDim.y) {
    CamSum sum = {0.0f, 0.0f};
    if (position < geometry.plane) {
#pragma unroll 4
      for (long long k = warp; k < geometry.channels; k += warps) {
        long long channel = n * geometry.channels + k;
        long long at = channel * geometry.plane + position;
        camAddProduct(sum, __ldg(a + at), __ldg(g + (geometry.pooled ? channel : at)));
      }
    }
    parts[warp][lane] = sum;
    __syncthreads();
    if (warp == 0 && position < geometry.plane) {
      for (int part = 1; part < warps; part++) {
        camAdd(sum, parts[part][lane].high, parts[part][lane].low);
      }
      y[n * geometry.plane + position] = camValue(sum);
    }
    __syncthreads();
  }
}
