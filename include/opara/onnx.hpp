/// @file
/// Networks as operator graphs, and the ONNX reader. Needs the headers and libraries of ONNX and protobuf; who only
/// builds networks includes opara/onnx/builder.hpp, which does not.
#pragma once

#include <opara/onnx/activations.hpp>
#include <opara/onnx/builder.hpp>
#include <opara/onnx/network.hpp>
#include <opara/onnx/perceptron.hpp>
#include <opara/onnx/perceptron_writer.hpp>
#include <opara/onnx/reader.hpp>
#include <opara/onnx/work.hpp>
