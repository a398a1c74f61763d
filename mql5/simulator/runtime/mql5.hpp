// Everything a translated program includes.
#pragma once

#include "arithmetic.hpp"
#include "array.hpp"
#include "array_functions.hpp"
#include "builtins.hpp"
#include "codepage.hpp"
#include "file_functions.hpp"
#include "format.hpp"
#include "machine.hpp"
#include "math_functions.hpp"
#include "object.hpp"
#include "output.hpp"
#include "storage.hpp"
#include "string.hpp"
