// Numbers of 16 bits as single precision, exactly, and rounded to them: fp16 (5 bits of exponent) and bf16 (the upper half of a float).
#pragma once
#include "common.cuh"

#ifdef __CUDACC__
#include <cuda_fp16.h>

__device__ __forceinline__ float halfValue(unsigned bits) { return __half2float(__ushort_as_half((unsigned short)bits)); }

// To the nearest, ties to even.
__device__ __forceinline__ unsigned short halfBits(float x) { return __half_as_ushort(__float2half_rn(x)); }
#else
// The exponent and the mantissa in a float's places, which is 2^112 too small; what has the largest exponent keeps it.
__device__ __forceinline__ float halfValue(unsigned bits) {
  unsigned magnitude = (bits & 0x7FFFu) << 13;
  float value = __uint_as_float(magnitude) * __uint_as_float(0x77800000u);
  unsigned result = __float_as_uint(value);
  if (magnitude >= 0x0F800000u) {
    result = magnitude | 0x7F800000u;
  }
  return __uint_as_float(result | (bits & 0x8000u) << 16);
}

// To the nearest, ties to even.
__device__ __forceinline__ unsigned short halfBits(float x) {
  unsigned bits = __float_as_uint(x);
  unsigned sign = bits >> 16 & 0x8000u;
  bits &= 0x7FFFFFFFu;
  if (bits > 0x7F800000u) return (unsigned short)(sign | 0x7FFFu);
  if (bits >= 0x477FF000u) return (unsigned short)(sign | 0x7C00u);  // 65520 and more
  if (bits < 0x38800000u) {
    // Below 2^-14 the steps are 2^-24, which are those of single precision between 0.5 and 1.
    return (unsigned short)(sign | (__float_as_uint(__uint_as_float(bits) + 0.5f) - 0x3F000000u));
  }
  return (unsigned short)(sign | ((bits + 0xFFFu + (bits >> 13 & 1u) - 0x38000000u) >> 13));
}
#endif

__device__ __forceinline__ float brainValue(unsigned bits) { return __uint_as_float(bits << 16); }
