// Pooling over regions of [N,C,D,H,W] and its gradients; channels are the N C planes of D H W.
//   maximum:          y[o] = v[peak(o)], peak(o) the first position of the largest x in the region of o; a NaN is larger than anything
//   its adjoint:      gx[i] = sum of gy[o] over the o with peak(o) = i
//   mean:             y[o] = (1 / count(o)) sum of x over the region;  its adjoint: gx[i] = sum of gy[o] / count(o) over the regions with i
//   global:           mean or maximum of a whole plane
// Regions per axis: sliding, from o stride - pad with kernel taps dilation apart; or adaptive, from floor(o size / outputs) to ceil((o+1) size / outputs).
// All are gathers: one thread per result (poolMax, poolPeaks, poolAverage: per output; poolScatter, poolAverageGrad: per input), grid covers them.
//   poolGlobal     grid x: channel, y: part of its plane; poolGlobalEnd joins the parts, grid covers the channels
// Called by CudaPool.
#include "common.cuh"

struct PoolGeometry {
  long long channels, adaptive, countPadding;
  long long size[3], outputs[3], kernel[3], stride[3], pad[3], dilation[3];
  // The first position behind the padding that counts.
  long long padded[3];
};

// A region along one axis: its positions inside the input, and how many positions an average with padding counts.
struct PoolRegion {
  int from, end, step, padded;
};

// The regions along one axis that may hold a position.
struct PoolRange {
  int from, end;
};

__device__ __forceinline__ PoolRegion poolRegion(const PoolGeometry& g, int axis, long long output) {
  PoolRegion region;
  int size = (int)g.size[axis];
  if (g.adaptive) {
    region.from = (int)(output * size / g.outputs[axis]);
    region.end = (int)(((output + 1) * size + g.outputs[axis] - 1) / g.outputs[axis]);
    region.step = 1;
    region.padded = region.end - region.from;
    return region;
  }
  int step = (int)g.dilation[axis];
  int start = (int)(output * g.stride[axis] - g.pad[axis]);
  int end = start + ((int)g.kernel[axis] - 1) * step + 1;
  int padded = end < (int)g.padded[axis] ? end : (int)g.padded[axis];
  region.step = step;
  region.padded = (padded - start + step - 1) / step;
  region.from = start < 0 ? start + (step - 1 - start) / step * step : start;
  region.end = end < size ? end : size;
  return region;
}

__device__ __forceinline__ int poolInside(const PoolRegion& region) { return (region.end - region.from + region.step - 1) / region.step; }

__device__ __forceinline__ bool poolHolds(const PoolRegion& region, int position) {
  return position >= region.from && position < region.end && (position - region.from) % region.step == 0;
}

__device__ __forceinline__ PoolRange poolRange(const PoolGeometry& g, int axis, long long position) {
  PoolRange range;
  long long last;
  if (g.adaptive) {
    range.from = (int)(position * g.outputs[axis] / g.size[axis]);
    last = ((position + 1) * g.outputs[axis] + g.size[axis] - 1) / g.size[axis];
  } else {
    long long reach = position + g.pad[axis] - (g.kernel[axis] - 1) * g.dilation[axis];
    range.from = reach <= 0 ? 0 : (int)((reach + g.stride[axis] - 1) / g.stride[axis]);
    last = (position + g.pad[axis]) / g.stride[axis] + 1;
  }
  range.end = last < g.outputs[axis] ? (int)last : (int)g.outputs[axis];
  return range;
}

// Which cell a thread has, in a grid of channels of d h w cells.
struct PoolCell {
  long long channel;
  int d, h, w;
};

__device__ __forceinline__ PoolCell poolCell(long long index, const long long* sizes) {
  PoolCell cell;
  cell.w = (int)(index % sizes[2]);
  index /= sizes[2];
  cell.h = (int)(index % sizes[1]);
  index /= sizes[1];
  cell.d = (int)(index % sizes[0]);
  cell.channel = index / sizes[0];
  return cell;
}

__device__ __forceinline__ long long poolCells(const PoolGeometry& g, const long long* sizes) { return g.channels * sizes[0] * sizes[1] * sizes[2]; }

// The position in its plane of the first largest value of an output's region.
__device__ __forceinline__ unsigned poolPeak(const float* __restrict__ x, const PoolGeometry& g, const PoolCell& cell) {
  PoolRegion d = poolRegion(g, 0, cell.d);
  PoolRegion h = poolRegion(g, 1, cell.h);
  PoolRegion w = poolRegion(g, 2, cell.w);
  const float* plane = x + cell.channel * g.size[0] * g.size[1] * g.size[2];
  long long peak = -1;
  float largest = 0.0f;
  for (int i = d.from; i < d.end; i += d.step) {
    for (int j = h.from; j < h.end; j += h.step) {
      long long row = (i * g.size[1] + j) * g.size[2];
      for (int k = w.from; k < w.end; k += w.step) {
        float value = __ldg(plane + row + k);
        if (peak < 0 || value > largest || (value != value && largest == largest)) {
          largest = value;
          peak = row + k;
        }
      }
    }
  }
  return (unsigned)peak;
}

KERNEL poolMax(const float* __restrict__ x, const float* __restrict__ v, float* __restrict__ y, PoolGeometry g) {
  long long index = threadNumber();
  if (index < poolCells(g, g.outputs)) {
    PoolCell cell = poolCell(index, g.outputs);
    y[index] = __ldg(v + cell.channel * g.size[0] * g.size[1] * g.size[2] + poolPeak(x, g, cell));
  }
}

KERNEL poolPeaks(const float* __restrict__ x, unsigned* __restrict__ peaks, PoolGeometry g) {
  long long index = threadNumber();
  if (index < poolCells(g, g.outputs)) {
    peaks[index] = poolPeak(x, g, poolCell(index, g.outputs));
  }
}

KERNEL poolScatter(const unsigned* __restrict__ peaks, const float* __restrict__ gy, float* __restrict__ gx, PoolGeometry g) {
  long long index = threadNumber();
  if (index < poolCells(g, g.size)) {
    PoolCell cell = poolCell(index, g.size);
    unsigned own = (unsigned)((cell.d * g.size[1] + cell.h) * g.size[2] + cell.w);
    PoolRange d = poolRange(g, 0, cell.d);
    PoolRange h = poolRange(g, 1, cell.h);
    PoolRange w = poolRange(g, 2, cell.w);
    float sum = 0.0f;
    for (int i = d.from; i < d.end; i++) {
      for (int j = h.from; j < h.end; j++) {
        long long row = ((cell.channel * g.outputs[0] + i) * g.outputs[1] + j) * g.outputs[2];
        for (int k = w.from; k < w.end; k++) {
          if (__ldg(peaks + row + k) == own) {
            sum += __ldg(gy + row + k);
          }
        }
      }
    }
    gx[index] = sum;
  }
}

__device__ __forceinline__ long long poolCount(const PoolGeometry& g, const PoolRegion& d, const PoolRegion& h, const PoolRegion& w) {
  return g.countPadding ? (long long)d.padded * h.padded * w.padded : (long long)poolInside(d) * poolInside(h) * poolInside(w);
}

KERNEL poolAverage(const float* __restrict__ x, float* __restrict__ y, PoolGeometry g) {
  long long index = threadNumber();
  if (index < poolCells(g, g.outputs)) {
    PoolCell cell = poolCell(index, g.outputs);
    PoolRegion d = poolRegion(g, 0, cell.d);
    PoolRegion h = poolRegion(g, 1, cell.h);
    PoolRegion w = poolRegion(g, 2, cell.w);
    float total = 0.0f;
    for (int i = d.from; i < d.end; i += d.step) {
      float plane = 0.0f;
      for (int j = h.from; j < h.end; j += h.step) {
        const float* row = x + ((cell.channel * g.size[0] + i) * g.size[1] + j) * g.size[2];
        float sum = 0.0f;
        for (int k = w.from; k < w.end; k += w.step) {
          sum += __ldg(row + k);
        }
        plane += sum;
      }
      total += plane;
    }
    y[index] = total / (float)poolCount(g, d, h, w);
  }
}

KERNEL poolAverageGrad(const float* __restrict__ gy, float* __restrict__ gx, PoolGeometry g) {
  long long index = threadNumber();
  if (index < poolCells(g, g.size)) {
    PoolCell cell = poolCell(index, g.size);
    PoolRange d = poolRange(g, 0, cell.d);
    PoolRange h = poolRange(g, 1, cell.h);
    PoolRange w = poolRange(g, 2, cell.w);
    float total = 0.0f;
    for (int i = d.from; i < d.end; i++) {
      PoolRegion regionD = poolRegion(g, 0, i);
      if (!poolHolds(regionD, cell.d)) {
        continue;
      }
      for (int j = h.from; j < h.end; j++) {
        PoolRegion regionH = poolRegion(g, 1, j);
        if (!poolHolds(regionH, cell.h)) {
          continue;
        }
        const float* row = gy + ((cell.channel * g.outputs[0] + i) * g.outputs[1] + j) * g.outputs[2];
        float sum = 0.0f;
        for (int k = w.from; k < w.end; k++) {
          PoolRegion regionW = poolRegion(g, 2, k);
          if (poolHolds(regionW, cell.w)) {
            sum += __ldg(row + k) / (float)poolCount(g, regionD, regionH, regionW);
          }
        }
        total += sum;
      }
    }
    gx[index] = total;
  }
}

struct PoolGlobalGeometry {
  long long channels, plane, parts, maximum;
};

// Terms of a single-precision sum before it is added to the double one.
static constexpr int POOL_TERMS = 64;

__device__ __forceinline__ double poolJoin(double a, double b, bool maximum) {
  if (!maximum) {
    return a + b;
  }
  return a != a || a > b ? a : b;
}

__device__ __forceinline__ float poolLarger(float a, float b) { return a != a || a > b ? a : b; }

// The sum or the maximum of a part of a plane; lanes of a block read neighbours, four at once where they are aligned.
__device__ __forceinline__ double poolPart(const float* __restrict__ x, long long from, long long end, bool maximum) {
  double total = 0.0;
  float sum = 0.0f;
  float largest = -INFINITY;
  int terms = 0;
  long long at = from + threadIdx.x;
  bool aligned = (reinterpret_cast<unsigned long long>(x + from) & 15) == 0;
  if (aligned) {
    const float4* fours = reinterpret_cast<const float4*>(x + from);
    long long count = (end - from) / 4;
    for (long long i = threadIdx.x; i < count; i += blockDim.x) {
      float4 four = fours[i];
      if (maximum) {
        largest = poolLarger(largest, poolLarger(poolLarger(four.x, four.y), poolLarger(four.z, four.w)));
      } else {
        sum += (four.x + four.y) + (four.z + four.w);
        if (++terms == POOL_TERMS) {
          total += sum;
          sum = 0.0f;
          terms = 0;
        }
      }
    }
    at += count * 4;
  }
  for (; at < end; at += blockDim.x) {
    float value = __ldg(x + at);
    if (maximum) {
      largest = poolLarger(largest, value);
    } else {
      sum += value;
      if (++terms == POOL_TERMS) {
        total += sum;
        sum = 0.0f;
        terms = 0;
      }
    }
  }
  return maximum ? (double)largest : total + sum;
}

// Blocks of at most 256 threads.
KERNEL poolGlobal(const float* __restrict__ x, double* __restrict__ parts, float* __restrict__ y, PoolGlobalGeometry g) {
  __shared__ double warps[8];
  bool maximum = g.maximum != 0;
  long long channel = blockIdx.x;
  // In fours, so that each part starts aligned.
  long long each = ((g.plane + g.parts - 1) / g.parts + 3) / 4 * 4;
  long long from = blockIdx.y * each;
  long long end = from + each < g.plane ? from + each : g.plane;
  long long start = channel * g.plane;
  double value = poolPart(x, start + (from < end ? from : end), start + end, maximum);
  for (int distance = 16; distance > 0; distance /= 2) {
    value = poolJoin(value, __shfl_xor_sync(0xffffffffu, value, distance), maximum);
  }
  if (threadIdx.x % 32 == 0) {
    warps[threadIdx.x / 32] = value;
  }
  __syncthreads();
  if (threadIdx.x == 0) {
    for (int warp = 1; warp < (int)blockDim.x / 32; warp++) {
      value = poolJoin(value, warps[warp], maximum);
    }
    if (g.parts == 1) {
      y[channel] = maximum ? (float)value : (float)(value / (double)g.plane);
    } else {
      parts[channel * g.parts + blockIdx.y] = value;
    }
  }
}

KERNEL poolGlobalEnd(const double* __restrict__ parts, float* __restrict__ y, PoolGlobalGeometry g) {
  long long channel = threadNumber();
  if (channel < g.channels) {
    bool maximum = g.maximum != 0;
    double value = parts[channel * g.parts];
    for (long long part = 1; part < g.parts; part++) {
      value = poolJoin(value, parts[channel * g.parts + part], maximum);
    }
    y[channel] = maximum ? (float)value : (float)(value / (double)g.plane);
  }
}
