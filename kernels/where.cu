// y[i] = condition[i] != 0 ? a[i] : b[i] with broadcasting of all three.
// Grid: threads along x, each of which takes every threadCount()-th element; the operands lie by the walk over y.
// Called by CudaWhere.java.
#include "elementwise.cuh"
#include "walk.cuh"

struct WhereGeometry {
  long long count;
  Walk<3> walk;
};

KERNEL whereSelect(
    const float* __restrict__ condition, const float* __restrict__ a, const float* __restrict__ b, float* __restrict__ y,
    WhereGeometry g) {
  for (long long i = threadNumber(); i < g.count; i += threadCount()) {
    long long at[3];
    placesOf(g.walk, i, at);
    y[i] = whereOf(condition[at[0]], a[at[1]], b[at[2]]);
  }
}
