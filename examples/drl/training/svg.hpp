/// @file
/// What the pictures of trainings have in common.
#pragma once

#include <opara/core/escape.hpp>

#include <cmath>
#include <cstdio>
#include <ostream>
#include <string>
#include <string_view>

namespace opara::examples::drl::svg {

/// A number in few digits: a hundredth of a pixel is enough.
inline std::string number(double x) {
    char text[32];
    std::snprintf(text, sizeof text, "%.6g", std::round(x * 100) / 100);
    return text;
}
/// A round distance of some five marks over a span.
inline double step_of(double span) {
    const double power = std::pow(10.0, std::floor(std::log10(span / 5)));
    const double part = span / 5 / power;
    return power * (part < 1.5 ? 1 : part < 3.5 ? 2 : part < 7.5 ? 5 : 10);
}
/// A line of text. @param style  further attributes, with a blank before
inline void text(std::ostream& out, double x, double y, std::string_view what, std::string_view style) {
    out << "<text x=\"" << number(x) << "\" y=\"" << number(y) << '"' << style << '>'
        << opara::detail::xml_escaped(what) << "</text>\n";
}
/// Begins a picture of so many pixels with a title; `</svg>` ends it.
inline void begin(std::ostream& out, double width, double height, double left, std::string_view title,
                  std::string_view subtitle) {
    out << "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " << number(width) << ' ' << number(height)
        << "\" font-family=\"Helvetica, Arial, sans-serif\" font-size=\"13\" fill=\"#223\">\n"
        << "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n";
    text(out, left, 32, title, " font-size=\"19\" font-weight=\"bold\"");
    text(out, left, 54, subtitle, " fill=\"#667\"");
}

} // namespace opara::examples::drl::svg
