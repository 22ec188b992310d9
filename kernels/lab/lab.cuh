// The kernels of this folder: steps on the way to kernels/cam*.cu, for one sample of single precision, [K,P]. Nobody calls them.
// Each file's line `lab:` says how many kernels are started, how many bytes are read and written for each pair of elements of A and g (K large),
// and the loads that a thread has under way at once, number x bytes.
#pragma once
#include "../cam.cuh"

struct LabGeometry {
  long long channels, plane;
};
