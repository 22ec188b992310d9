package voxcam.cpu;

/**
 * Where the weight that links output k and input c of a group at kernel position (t, r, s) lies in
 * an array. Strides may be negative: the gradient for the input is a correlation with the kernel
 * read backwards.
 */
record ConvWeights(int start, int group, int output, int input, int t, int r, int s) {
  int at(int groupIndex, int k, int c, int tap, int row, int column) {
    return start + groupIndex * group + k * output + c * input + tap * t + row * r + column * s;
  }
}
