// Elementwise operations one after the other: v = f_s(arguments of step s) for s = 0, 1, ..., then y[i] = v. An argument is v
// or an input, with broadcasting. Each element of the inputs is read once, y is written once, and what lies between stays in
// registers. All threads take the same steps, so that no warp parts ways; the functions are those of unary.cu, binary.cu and
// where.cu, and give their bits.
// Grid: threads along x. chainQuads: four neighbours at once, where each input has four neighbours there, too, or one number;
// what is over at the end only where one axis is left. chainStrided: inputs lie by the walk over y. Called by CudaChain.java.
#include "activation.cuh"
#include "elementwise.cuh"
#include "walk.cuh"

static constexpr int CHAIN_STEPS = 8;
static constexpr int CHAIN_INPUTS = 5;

enum ChainFamily { CHAIN_UNARY = 0, CHAIN_BINARY = 1, CHAIN_WHERE = 2 };

struct ChainStep {
  long long family, kind;
  long long arguments[3];  // numbers of inputs; below 0 for the value
  long long constants;     // the bits of alpha, and above them those of beta
};

struct ChainGeometry {
  long long count, inputs, steps;
  ChainStep step[CHAIN_STEPS];
  long long spread[CHAIN_INPUTS];  // how far neighbours lie apart: 0 for one number, 1 for as many as y has
  Walk<CHAIN_INPUTS> walk;
};

// WIDTH neighbours of one input.
template <int WIDTH>
struct ChainValues {
  float of[WIDTH];
};

// Selected by comparing, because registers have no numbers.
template <int WIDTH>
__device__ __forceinline__ void chainArgument(
    int number, const ChainValues<WIDTH>& value, const ChainValues<WIDTH> (&x)[CHAIN_INPUTS], ChainValues<WIDTH>& argument) {
  argument = value;
  if (number < 0) return;
#pragma unroll
  for (int n = 0; n < CHAIN_INPUTS; n++) {
#pragma unroll
    for (int i = 0; i < WIDTH; i++) argument.of[i] = number == n ? x[n].of[i] : argument.of[i];
  }
}

template <int WIDTH>
__device__ __forceinline__ ChainValues<WIDTH> chainOf(const ChainGeometry& g, const ChainValues<WIDTH> (&x)[CHAIN_INPUTS]) {
  ChainValues<WIDTH> value = x[0];
#pragma unroll 1
  for (int s = 0; s < (int)g.steps; s++) {
    const int family = (int)g.step[s].family;
    const int kind = (int)g.step[s].kind;
    ChainValues<WIDTH> a, b, c;
    chainArgument<WIDTH>((int)g.step[s].arguments[0], value, x, a);
    if (family == CHAIN_UNARY) {
      const float alpha = __uint_as_float((unsigned)g.step[s].constants);
      const float beta = __uint_as_float((unsigned)((unsigned long long)g.step[s].constants >> 32));
#pragma unroll
      for (int i = 0; i < WIDTH; i++) value.of[i] = activate(kind, alpha, beta, a.of[i]);
      continue;
    }
    chainArgument<WIDTH>((int)g.step[s].arguments[1], value, x, b);
    if (family == CHAIN_BINARY) {
#pragma unroll
      for (int i = 0; i < WIDTH; i++) value.of[i] = binaryOf(kind, a.of[i], b.of[i]);
      continue;
    }
    chainArgument<WIDTH>((int)g.step[s].arguments[2], value, x, c);
#pragma unroll
    for (int i = 0; i < WIDTH; i++) value.of[i] = whereOf(a.of[i], b.of[i], c.of[i]);
  }
  return value;
}

__device__ __forceinline__ float chainOne(
    const ChainGeometry& g, const float* const (&inputs)[CHAIN_INPUTS], const long long (&at)[CHAIN_INPUTS]) {
  ChainValues<1> x[CHAIN_INPUTS];
#pragma unroll
  for (int n = 0; n < CHAIN_INPUTS; n++) x[n].of[0] = n < (int)g.inputs ? inputs[n][at[n]] : 0.0f;
  return chainOf<1>(g, x).of[0];
}

#define CHAIN_PARAMETERS                                                                                                        \
  const float *__restrict__ x0, const float *__restrict__ x1, const float *__restrict__ x2, const float *__restrict__ x3,       \
      const float *__restrict__ x4, float *__restrict__ y, ChainGeometry g

KERNEL chainQuads(CHAIN_PARAMETERS) {
  const float* const inputs[CHAIN_INPUTS] = {x0, x1, x2, x3, x4};
  const long long quads = g.count / 4;
  for (long long quad = threadNumber(); quad < quads; quad += threadCount()) {
    long long at[CHAIN_INPUTS];
    placesOf(g.walk, quad, at);
    ChainValues<4> x[CHAIN_INPUTS];
#pragma unroll
    for (int n = 0; n < CHAIN_INPUTS; n++) {
      float4 v;
      v.x = v.y = v.z = v.w = 0.0f;
      if (n < (int)g.inputs) {
        if (g.spread[n] != 0) {
          v = *reinterpret_cast<const float4*>(inputs[n] + at[n]);
        } else {
          v.x = v.y = v.z = v.w = inputs[n][at[n]];
        }
      }
      x[n].of[0] = v.x;
      x[n].of[1] = v.y;
      x[n].of[2] = v.z;
      x[n].of[3] = v.w;
    }
    const ChainValues<4> value = chainOf<4>(g, x);
    float4 v;
    v.x = value.of[0];
    v.y = value.of[1];
    v.z = value.of[2];
    v.w = value.of[3];
    reinterpret_cast<float4*>(y)[quad] = v;
  }
  for (long long i = quads * 4 + threadNumber(); i < g.count; i += threadCount()) {
    long long at[CHAIN_INPUTS];
#pragma unroll
    for (int n = 0; n < CHAIN_INPUTS; n++) at[n] = i * g.spread[n];
    y[i] = chainOne(g, inputs, at);
  }
}

KERNEL chainStrided(CHAIN_PARAMETERS) {
  const float* const inputs[CHAIN_INPUTS] = {x0, x1, x2, x3, x4};
  for (long long i = threadNumber(); i < g.count; i += threadCount()) {
    long long at[CHAIN_INPUTS];
    placesOf(g.walk, i, at);
    y[i] = chainOne(g, inputs, at);
  }
}
