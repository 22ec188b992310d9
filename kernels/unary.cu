// y[i] = f(x[i]) with the functions of activation.cuh.
// Grid: threads along x; each takes four neighbours at once as long as four are left (tensors begin at multiples of 16 bytes).
// Called by CudaUnary.java.
#include "activation.cuh"

struct UnaryGeometry {
  long long count;
  long long kind;
};

KERNEL unaryApply(const float* __restrict__ x, float* __restrict__ y, UnaryGeometry g, float alpha, float beta) {
  const int kind = (int)g.kind;
  const long long quads = g.count / 4;
  for (long long quad = threadNumber(); quad < quads; quad += threadCount()) {
    float4 v = reinterpret_cast<const float4*>(x)[quad];
    v.x = activate(kind, alpha, beta, v.x);
    v.y = activate(kind, alpha, beta, v.y);
    v.z = activate(kind, alpha, beta, v.z);
    v.w = activate(kind, alpha, beta, v.w);
    reinterpret_cast<float4*>(y)[quad] = v;
  }
  for (long long i = quads * 4 + threadNumber(); i < g.count; i += threadCount()) {
    y[i] = activate(kind, alpha, beta, x[i]);
  }
}
