// Numbers of 16 bits as single precision, exactly: fp16 (5 bits of exponent) and bf16 (the upper half of a float).
#pragma once
#include "common.cuh"

#ifdef __CUDACC__
#include <cuda_fp16.h>

__device__ __forceinline__ float halfValue(unsigned bits) { return __half2float(__ushort_as_half((unsigned short)bits)); }
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
#endif

__device__ __forceinline__ float brainValue(unsigned bits) { return __uint_as_float(bits << 16); }
