// What the kernels of conv.cu and convgrad.cu share: the geometry, the grid of blocks, and how an implicit GEMM finds what it multiplies.
// Letters: input N C D H W, weights K C T R S, output N K Z P Q; stride s, padding p, dilation d per axis; groups split C and K.
// Rows are the result's channels of one group, columns its positions, the depth runs over source channels and taps. The matrix of columns is
// gathered while it is read. An input gradient with stride falls apart into stride^3 phases, positions with one remainder each: inside a phase it is
// a convolution of stride 1 with every so-manieth tap. Forward has one phase.
#pragma once
#include "tile.cuh"

// Sizes are per group where groups split them. rows: channels of the result; channels: of the source. weight*: distances in the weights.
struct ConvGeometry {
  long long batch, groups, rows, channels;
  long long source[3], result[3], taps[3], stride[3], pad[3], dilation[3];
  // In a phase of an input gradient every so-manieth tap meets the grid of the source.
  long long tapEvery[3];
  long long weightGroup, weightRow, weightChannel;
  long long backward, phases, splits;
  // Whether there is a bias, a residual, and which function ends it (activation.cuh).
  long long bias, residual, activation;
};

// One axis of one phase. The result's positions are first + a * every, a < count; tap i of position a reads a * scale + offset + i * step
// of the source, and is weight firstTap + i * everyTap.
struct ConvAxis {
  int count, first, every;
  int scale, offset, step;
  int taps, firstTap, everyTap;
};

// One step along the depth: where it reads relative to a position, per axis for the test against the edges, and as a distance in memory.
struct alignas(16) ConvStep {
  int d, h, w, unused;
  long long source;
  long long weight;
};

// Added to any coordinate it leads out of the source.
static constexpr int CONV_OUTSIDE = 1 << 30;

__device__ __forceinline__ ConvAxis convAxis(int result, int taps, int stride, int pad, int dilation, int tapEvery, bool backward, int phase) {
  ConvAxis axis;
  if (!backward) {
    axis.count = result;
    axis.first = 0;
    axis.every = 1;
    axis.scale = stride;
    axis.offset = -pad;
    axis.step = dilation;
    axis.taps = taps;
    axis.firstTap = 0;
    axis.everyTap = 1;
    return axis;
  }
  axis.count = phase < result ? (result - phase - 1) / stride + 1 : 0;
  axis.first = phase;
  axis.every = stride;
  axis.scale = 1;
  int tap = 0;
  while (tap < tapEvery && (phase + pad - tap * dilation) % stride != 0) {
    tap++;
  }
  axis.taps = tap < tapEvery && tap < taps ? (taps - tap - 1) / tapEvery + 1 : 0;
  axis.firstTap = tap;
  axis.everyTap = tapEvery;
  axis.offset = (phase + pad - tap * dilation) / stride;
  axis.step = -(tapEvery * dilation / stride);
  return axis;
}

// The axes of a phase, by one thread for its block.
__device__ __forceinline__ void convAxes(const ConvGeometry& g, int phase, ConvAxis* axes) {
  int rest = phase;
#pragma unroll
  for (int i = 2; i >= 0; i--) {
    int own = g.backward ? (int)(rest % g.stride[i]) : 0;
    rest = g.backward ? (int)(rest / g.stride[i]) : 0;
    axes[i] = convAxis((int)g.result[i], (int)g.taps[i], (int)g.stride[i], (int)g.pad[i], (int)g.dilation[i], (int)g.tapEvery[i], g.backward != 0, own);
  }
}

__device__ __forceinline__ ConvStep convStep(const ConvGeometry& g, const ConvAxis* axes, long long depth, long long l) {
  ConvStep step;
  step.unused = 0;
  if (l >= depth) {
    step.d = CONV_OUTSIDE;
    step.h = 0;
    step.w = 0;
    step.source = 0;
    step.weight = -1;
    return step;
  }
  int rest = (int)l;
  int s = rest % axes[2].taps;
  rest /= axes[2].taps;
  int r = rest % axes[1].taps;
  rest /= axes[1].taps;
  int t = rest % axes[0].taps;
  int channel = rest / axes[0].taps;
  step.d = t * axes[0].step;
  step.h = r * axes[1].step;
  step.w = s * axes[2].step;
  step.source = ((channel * g.source[0] + step.d) * g.source[1] + step.h) * g.source[2] + step.w;
  step.weight = channel * g.weightChannel +
                ((axes[0].firstTap + t * axes[0].everyTap) * g.taps[1] + axes[1].firstTap + r * axes[1].everyTap) * g.taps[2] + axes[2].firstTap +
                s * axes[2].everyTap;
  return step;
}

// A position of the result: what its tap 0 reads of the source's first channel, and where its row 0 lies.
struct ConvPosition {
  int d, h, w;
  long long source;
  long long result;
};

__device__ __forceinline__ ConvPosition convPosition(const ConvGeometry& g, const ConvAxis* axes, int group, long long position, long long count) {
  ConvPosition at;
  if (position >= count) {
    at.d = CONV_OUTSIDE;
    at.h = 0;
    at.w = 0;
    at.source = 0;
    at.result = -1;
    return at;
  }
  int q = (int)(position % axes[2].count);
  long long rest = position / axes[2].count;
  int p = (int)(rest % axes[1].count);
  rest /= axes[1].count;
  int z = (int)(rest % axes[0].count);
  long long n = rest / axes[0].count;
  at.d = z * axes[0].scale + axes[0].offset;
  at.h = p * axes[1].scale + axes[1].offset;
  at.w = q * axes[2].scale + axes[2].offset;
  at.source = (((n * g.groups + group) * g.channels * g.source[0] + at.d) * g.source[1] + at.h) * g.source[2] + at.w;
  at.result = (((n * g.groups + group) * g.rows * g.result[0] + axes[0].first + z * axes[0].every) * g.result[1] + axes[1].first +
               p * axes[1].every) * g.result[2] + axes[2].first + q * axes[2].every;
  return at;
}

// The source's value where a step leads from a position; padding is zero.
__device__ __forceinline__ float convGather(const float* __restrict__ x, const ConvGeometry& g, const ConvPosition& at, const ConvStep& step) {
  bool inside = (unsigned)at.d + (unsigned)step.d < (unsigned)g.source[0] && (unsigned)at.h + (unsigned)step.h < (unsigned)g.source[1] &&
                (unsigned)at.w + (unsigned)step.w < (unsigned)g.source[2];
  return inside ? __ldg(x + at.source + step.source) : 0.0f;
}

// Which part of the work a block has.
struct ConvBlock {
  int rowTile, group, phase;
  long long columnTile;
};

__device__ __forceinline__ ConvBlock convBlock(const ConvGeometry& g, int rowsOfTile) {
  ConvBlock block;
  int rowTiles = (int)((g.rows + rowsOfTile - 1) / rowsOfTile);
  long long rest = blockIdx.x;
  block.rowTile = (int)(rest % rowTiles);
  rest /= rowTiles;
  block.group = (int)(rest % g.groups);
  rest /= g.groups;
  block.phase = (int)(rest % g.phases);
  block.columnTile = rest / g.phases;
  return block;
}

// Steps are worked out by a warp for four slabs at once: two such sets in turn, one in use and one for the slabs after it.
static constexpr int CONV_SLABS = 4;
static constexpr int CONV_STEPS = CONV_SLABS * TILE_DEPTH;

__device__ __forceinline__ const ConvStep* convSlabSteps(const ConvStep (*steps)[CONV_STEPS], long long slab) {
  return steps[slab / CONV_SLABS & 1] + slab % CONV_SLABS * TILE_DEPTH;
}

// Where the steps of the slabs after those of a round go; nobody has read there since the round before last.
__device__ __forceinline__ ConvStep* convNextSteps(ConvStep (*steps)[CONV_STEPS], long long round) {
  return steps[(round / CONV_SLABS + 1) & 1];
}
