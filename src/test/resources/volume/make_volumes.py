"""Makes the files of this folder: small volumes by nibabel and NumPy, and what those read back.

Usage: python make_volumes.py FOLDER      (made with nibabel 5.0.0, NumPy 2.4.6, PyTorch 2.13.0)

expected.tsv, one line a volume: file, shape, orientation, the affine's three rows, the values in C order,
and, for NIfTI, shape and values of the closest canonical (RAS+) image.
enlarge.tsv: shape and values of a map, shape and values after PyTorch's trilinear interpolation.
"""

import os
import sys

import nibabel as nib
import numpy as np
import torch

folder = sys.argv[1]
random = np.random.default_rng(20)
lines = []


def text(values):
    return ",".join(repr(float(v)) for v in np.asarray(values).ravel())


def shape_text(shape):
    return ",".join(str(n) for n in shape)


def rotation(qfac):
    q, _ = np.linalg.qr(random.normal(size=(3, 3)))
    if np.linalg.det(q) * qfac < 0:
        q[:, 2] *= -1
    return q


def affine(qfac=1, shear=False):
    a = np.eye(4)
    a[:3, :3] = rotation(qfac) * [0.8, 1.7, 3.1]
    if shear:
        a[0, 1] += 0.4
    a[:3, 3] = random.normal(size=3) * 90
    return a


def values(dtype, shape):
    if np.issubdtype(dtype, np.floating):
        return random.normal(size=shape).astype(dtype) * 100
    info = np.iinfo(dtype)
    return random.integers(max(info.min, -(2**22)), min(info.max, 2**22), size=shape).astype(dtype)


def add(name, image):
    nib.save(image, os.path.join(folder, name))
    read = nib.load(os.path.join(folder, name))
    data = read.get_fdata()
    solid = nib.Nifti1Image(data[..., None], read.affine) if data.ndim == 2 else read
    ras = nib.as_closest_canonical(solid)
    lines.append(
        "\t".join(
            [
                name,
                shape_text(data.shape),
                "".join(nib.aff2axcodes(read.affine)),
                text(read.affine[:3]),
                text(data),
                shape_text(ras.shape),
                text(ras.get_fdata()),
            ]
        )
    )


def image(kind, data, place, endian="<", sform=2, qform=0, scaling=None):
    header = kind.header_class(endianness=endian)
    header.set_data_dtype(data.dtype)
    made = kind(data, None, header)
    made.set_sform(place, sform)
    made.set_qform(place, qform)
    if scaling:
        made.header.set_slope_inter(*scaling)
    return made


types = ["uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float32", "float64"]
for i, dtype in enumerate(types):
    kind = [nib.Nifti1Image, nib.Nifti2Image][i % 2]
    end = "<>"[i // 2 % 2]
    suffix = [".nii", ".nii.gz"][i // 3 % 2]
    name = f"{dtype}-n{i % 2 + 1}-{'le' if end == '<' else 'be'}{suffix}"
    add(name, image(kind, values(np.dtype(dtype), (5, 4, 3)), affine(1 - 2 * (i % 2)), end))
for qfac in (1, -1):
    place = affine(qfac)
    add(f"qform-{'right' if qfac > 0 else 'left'}.nii", image(nib.Nifti1Image, values(np.int16, (3, 4, 5)), place, sform=0, qform=1))
both = image(nib.Nifti1Image, values(np.int16, (3, 4, 5)), affine(), sform=4, qform=0)
both.set_qform(affine(-1), 1)
add("both-differ.nii", both)
add("sheared.nii.gz", image(nib.Nifti1Image, values(np.uint8, (6, 2, 3)), affine(shear=True)))
add("four.nii.gz", image(nib.Nifti1Image, values(np.int16, (3, 2, 4, 2)), affine(-1)))
add("flat.nii", image(nib.Nifti2Image, values(np.float32, (7, 5)), affine()))
scaled = image(nib.Nifti1Image, values(np.float64, (4, 3, 3)), affine())
scaled.header.set_data_dtype(np.int16)
add("scaled.nii.gz", scaled)

arrays = [
    ("c-f4.npy", values(np.float32, (3, 4, 5)), None),
    ("fortran-i2-be.npy", np.asfortranarray(values(np.int16, (3, 4, 5)).astype(">i2")), None),
    ("fortran-four.npy", np.asfortranarray(values(np.float64, (2, 3, 4, 2))), (2, 0)),
    ("bool.npy", values(np.int16, (2, 3, 4)) > 0, (3, 0)),
    ("half.npy", values(np.float16, (2, 2, 3)), (1, 0)),
    ("u8.npy", values(np.uint64, (2, 2, 3)), None),
    ("two.npy", values(np.int8, (4, 6)), None),
]
for name, data, version in arrays:
    with open(os.path.join(folder, name), "wb") as out:
        np.lib.format.write_array(out, data, version=version)
    lines.append("\t".join([name, shape_text(data.shape), "", "", text(data)]))
one = values(np.int16, (4, 3, 2))
np.savez_compressed(os.path.join(folder, "one.npz"), ct=one)
lines.append("\t".join(["one.npz", shape_text(one.shape), "", "", text(one)]))
np.savez(os.path.join(folder, "several.npz"), ct=one, mask=one > 0)
lines.append("\t".join(["several.npz:mask", shape_text(one.shape), "", "", text(one > 0)]))

with open(os.path.join(folder, "expected.tsv"), "w") as out:
    out.write("\n".join(lines) + "\n")

with open(os.path.join(folder, "enlarge.tsv"), "w") as out:
    for small, large in [((2, 3, 4), (5, 7, 6)), ((3, 1, 2), (3, 4, 8)), ((5, 4, 3), (2, 9, 3))]:
        map_ = torch.from_numpy(random.normal(size=(1, 1, *small)).astype(np.float32))
        big = torch.nn.functional.interpolate(map_, size=large, mode="trilinear", align_corners=False)
        out.write("\t".join([shape_text(small), text(map_), shape_text(large), text(big)]) + "\n")
