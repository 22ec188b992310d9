// y[i] = f(a[i], b[i]) with broadcasting and the functions of elementwise.cuh.
// Grid: threads along x. binaryFlat: each operand is one number or walks with y; four neighbours at once. binaryStrided:
// operands lie by the walk over y. Called by CudaBinary.java.
#include "elementwise.cuh"
#include "walk.cuh"

struct BinaryFlatGeometry {
  long long count;
  long long kind;
  long long stepA;  // 0 for one number, 1 for as many as y has
  long long stepB;
};

struct BinaryStridedGeometry {
  long long count;
  long long kind;
  Walk<2> walk;
};

__device__ __forceinline__ float4 binaryQuad(const float* __restrict__ x, long long step, long long quad) {
  if (step != 0) return reinterpret_cast<const float4*>(x)[quad];
  float4 same;
  same.x = same.y = same.z = same.w = x[0];
  return same;
}

KERNEL binaryFlat(const float* __restrict__ a, const float* __restrict__ b, float* __restrict__ y, BinaryFlatGeometry g) {
  const int kind = (int)g.kind;
  const long long quads = g.count / 4;
  for (long long quad = threadNumber(); quad < quads; quad += threadCount()) {
    float4 u = binaryQuad(a, g.stepA, quad);
    float4 v = binaryQuad(b, g.stepB, quad);
    u.x = binaryOf(kind, u.x, v.x);
    u.y = binaryOf(kind, u.y, v.y);
    u.z = binaryOf(kind, u.z, v.z);
    u.w = binaryOf(kind, u.w, v.w);
    reinterpret_cast<float4*>(y)[quad] = u;
  }
  for (long long i = quads * 4 + threadNumber(); i < g.count; i += threadCount()) {
    y[i] = binaryOf(kind, a[i * g.stepA], b[i * g.stepB]);
  }
}

KERNEL binaryStrided(
    const float* __restrict__ a, const float* __restrict__ b, float* __restrict__ y, BinaryStridedGeometry g) {
  for (long long i = threadNumber(); i < g.count; i += threadCount()) {
    long long at[2];
    placesOf(g.walk, i, at);
    y[i] = binaryOf((int)g.kind, a[at[0]], b[at[1]]);
  }
}
