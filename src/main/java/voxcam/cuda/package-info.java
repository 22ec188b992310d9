/** Runs graphs on an NVIDIA GPU through JCuda's driver API. */
package voxcam.cuda;
