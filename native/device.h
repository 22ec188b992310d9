// Lets a kernel file compile as C++: the words and built-in values of the device language that our kernels may use.
// A block's shared memory is static storage in a section of its file, which the emulator fills with NaN before each
// block. One thread of the host runs all threads of a block in turn, so the built-in indices are plain variables.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "kernel.h"

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __launch_bounds__(...)
#define __align__(n) __attribute__((aligned(n)))
#define __constant__ static const
#define __shared__ static __attribute__((section(EMU_SHARED_SECTION)))

struct dim3 {
  unsigned x = 1, y = 1, z = 1;
};
struct uint3 {
  unsigned x, y, z;
};

extern uint3 threadIdx, blockIdx, blockDim, gridDim;
static constexpr int warpSize = 32;

#define EMU_VECTORS(scalar, name)                                                                   \
  struct alignas(2 * sizeof(scalar)) name##2 {                                                      \
    scalar x, y;                                                                                    \
  };                                                                                                \
  struct name##3 {                                                                                  \
    scalar x, y, z;                                                                                 \
  };                                                                                                \
  struct alignas(sizeof(scalar) > 4 ? 16 : 4 * sizeof(scalar)) name##4 {                            \
    scalar x, y, z, w;                                                                              \
  };                                                                                                \
  static inline name##2 make_##name##2(scalar x, scalar y) { return {x, y}; }                       \
  static inline name##3 make_##name##3(scalar x, scalar y, scalar z) { return {x, y, z}; }          \
  static inline name##4 make_##name##4(scalar x, scalar y, scalar z, scalar w) { return {x, y, z, w}; }

EMU_VECTORS(float, float)
EMU_VECTORS(int, int)
EMU_VECTORS(double, double)
EMU_VECTORS(long long, longlong)

// The line goes along, so that threads that wait at different places of the source are told apart.
#define __syncthreads() emu::waitForBlock(__LINE__)
#define __syncwarp(...) emu::waitForWarp(__LINE__ __VA_OPT__(, ) __VA_ARGS__)
#define __shfl_sync(...) emu::shuffle(__LINE__, __VA_ARGS__)
#define __shfl_down_sync(...) emu::shuffleDown(__LINE__, __VA_ARGS__)
#define __shfl_up_sync(...) emu::shuffleUp(__LINE__, __VA_ARGS__)
#define __shfl_xor_sync(...) emu::shuffleXor(__LINE__, __VA_ARGS__)

namespace emu {
inline unsigned lane() { return (threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z)) % 32; }

inline void waitForWarp(int line, unsigned mask = 0xFFFFFFFFu) { exchange(line, mask, 0, lane()); }

template <class T>
T shuffleFrom(int line, unsigned mask, T value, unsigned source) {
  static_assert(std::is_arithmetic_v<T> && sizeof(T) <= 8);
  uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(T));
  bits = exchange(line, mask, bits, source);
  std::memcpy(&value, &bits, sizeof(T));
  return value;
}

template <class T>
T shuffle(int line, unsigned mask, T value, int source, int width = 32) {
  unsigned first = lane() & ~(width - 1u);
  return shuffleFrom(line, mask, value, first + (source & (width - 1u)));
}

template <class T>
T shuffleDown(int line, unsigned mask, T value, unsigned by, int width = 32) {
  unsigned here = lane(), inside = here & (width - 1u);
  return shuffleFrom(line, mask, value, inside + by < static_cast<unsigned>(width) ? here + by : here);
}

template <class T>
T shuffleUp(int line, unsigned mask, T value, unsigned by, int width = 32) {
  unsigned here = lane(), inside = here & (width - 1u);
  return shuffleFrom(line, mask, value, inside >= by ? here - by : here);
}

template <class T>
T shuffleXor(int line, unsigned mask, T value, int with, int width = 32) {
  unsigned here = lane(), other = here ^ static_cast<unsigned>(with);
  bool same = (here & ~(width - 1u)) == (other & ~(width - 1u));
  return shuffleFrom(line, mask, value, same ? other : here);
}
}  // namespace emu

static inline void __threadfence() { emu::meetBlocks(); }
static inline void __threadfence_block() {}

template <class T>
static inline T __ldg(const T* from) {
  return *from;
}

template <class T, class F>
static inline T emuAtomic(T* at, F change) {
  emu::meetBlocks();
#if EMU_WATCHED
  emu::passAtomic(true);
#endif
  T before = *at;
  *at = change(before);
#if EMU_WATCHED
  emu::passAtomic(false);
#endif
  emu::meetBlocks();
  return before;
}

template <class T>
static inline T atomicAdd(T* at, std::common_type_t<T> add) {
  return emuAtomic(at, [&](T before) -> T { return before + add; });
}

template <class T>
static inline T atomicMax(T* at, std::common_type_t<T> value) {
  return emuAtomic(at, [&](T before) { return before < value ? value : before; });
}

template <class T>
static inline T atomicMin(T* at, std::common_type_t<T> value) {
  return emuAtomic(at, [&](T before) { return value < before ? value : before; });
}

template <class T>
static inline T atomicExch(T* at, std::common_type_t<T> value) {
  return emuAtomic(at, [&](T) { return value; });
}

template <class T>
static inline T atomicCAS(T* at, std::common_type_t<T> expected, std::common_type_t<T> value) {
  return emuAtomic(at, [&](T before) { return before == expected ? value : before; });
}

// On the device min and max of floating numbers are fmin and fmax: a NaN gives way to a number.
template <class A, class B>
static inline auto min(A a, B b) {
  using T = std::common_type_t<A, B>;
  if constexpr (std::is_floating_point_v<T>) return std::fmin(static_cast<T>(a), static_cast<T>(b));
  else return static_cast<T>(b) < static_cast<T>(a) ? static_cast<T>(b) : static_cast<T>(a);
}

template <class A, class B>
static inline auto max(A a, B b) {
  using T = std::common_type_t<A, B>;
  if constexpr (std::is_floating_point_v<T>) return std::fmax(static_cast<T>(a), static_cast<T>(b));
  else return static_cast<T>(a) < static_cast<T>(b) ? static_cast<T>(b) : static_cast<T>(a);
}

template <class To, class From>
static inline To emuBits(From value) {
  static_assert(sizeof(To) == sizeof(From));
  To bits;
  std::memcpy(&bits, &value, sizeof(To));
  return bits;
}

static inline int __float_as_int(float value) { return emuBits<int>(value); }
static inline unsigned __float_as_uint(float value) { return emuBits<unsigned>(value); }
static inline float __int_as_float(int bits) { return emuBits<float>(bits); }
static inline float __uint_as_float(unsigned bits) { return emuBits<float>(bits); }
static inline long long __double_as_longlong(double value) { return emuBits<long long>(value); }
static inline double __longlong_as_double(long long bits) { return emuBits<double>(bits); }
static inline float rsqrtf(float value) { return 1.0f / std::sqrt(value); }
static inline double rsqrt(double value) { return 1.0 / std::sqrt(value); }
static inline float __fmul_rn(float a, float b) { return a * b; }
static inline float __fadd_rn(float a, float b) { return a + b; }
static inline float __fmaf_rn(float a, float b, float c) { return std::fma(a, b, c); }
static inline float __fdiv_rn(float a, float b) { return a / b; }
static inline int __popc(unsigned bits) { return __builtin_popcount(bits); }
static inline int __clz(int bits) { return bits == 0 ? 32 : __builtin_clz(static_cast<unsigned>(bits)); }
static inline int __ffs(int bits) { return __builtin_ffs(bits); }
static inline unsigned __umulhi(unsigned a, unsigned b) { return static_cast<uint64_t>(a) * b >> 32; }

using std::isfinite;
using std::isinf;
using std::isnan;
