//! Operations on single elements.

use super::mapping::{Mapped, Mapping, int, one};
use nn_core::DType;

pub(super) fn map(m: &mut Mapping<'_, '_>) -> Mapped {
    match m.op() {
        "add" => m.plain("Add"),
        "subtract" => m.plain("Sub"),
        "multiply" => m.plain("Mul"),
        "divide" => m.plain("Div"),
        "maximum" => m.plain("Max"),
        "minimum" => m.plain("Min"),
        "pow" => m.plain("Pow"),
        "equal" => m.plain("Equal"),
        "less" => m.plain("Less"),
        "less_equal" => m.plain("LessOrEqual"),
        "greater" => m.plain("Greater"),
        "greater_equal" => m.plain("GreaterOrEqual"),
        "logical_and" => m.plain("And"),
        "logical_or" => m.plain("Or"),
        "logical_not" => m.plain("Not"),
        "where" => m.plain("Where"),
        "isnan" => m.plain("IsNaN"),
        "abs" => m.plain("Abs"),
        "ceil" => m.plain("Ceil"),
        "cos" => m.plain("Cos"),
        "erf" => m.plain("Erf"),
        "exp" => m.plain("Exp"),
        "floor" => m.plain("Floor"),
        "log" => m.plain("Log"),
        "negate" => m.plain("Neg"),
        "reciprocal" => m.plain("Reciprocal"),
        "round" => m.plain("Round"), // to the even neighbour, here as there
        "sign" => m.plain("Sign"),
        "sin" => m.plain("Sin"),
        "tan" => m.plain("Tan"),
        "sinh" => m.plain("Sinh"),
        "cosh" => m.plain("Cosh"),
        "arcsin" => m.plain("Asin"),
        "arccos" => m.plain("Acos"),
        "arctan" => m.plain("Atan"),
        "arcsinh" => m.plain("Asinh"),
        "arccosh" => m.plain("Acosh"),
        "arctanh" => m.plain("Atanh"),
        "isinf" => m.plain("IsInf"),
        "sqrt" => m.plain("Sqrt"),
        "stop_gradient" => m.plain("Identity"),
        "not_equal" => {
            let (a, b) = (m.input(0)?, m.input(1)?);
            let equal = m.call("Equal", &[&a, &b]);
            one(m.call("Not", &[&equal]))
        }
        "isfinite" => {
            let x = m.input(0)?;
            let (nan, infinite) = (m.call("IsNaN", &[&x]), m.call("IsInf", &[&x]));
            let either = m.call("Or", &[&nan, &infinite]);
            one(m.call("Not", &[&either]))
        }
        "isposinf" | "isneginf" => {
            let x = m.input(0)?;
            let other = if m.op() == "isposinf" {
                "detect_negative"
            } else {
                "detect_positive"
            };
            one(m.with("IsInf", &[&x], vec![int(other, 0)]))
        }
        "log2" => logarithm(m, std::f64::consts::LN_2),
        "log10" => logarithm(m, std::f64::consts::LN_10),
        "exp2" => {
            let (x, two) = (m.input(0)?, m.number(2.0)?);
            one(m.call("Pow", &[&two, &x]))
        }
        "erfc" => {
            let (x, unit) = (m.input(0)?, m.number(1.0)?);
            let erf = m.call("Erf", &[&x]);
            one(m.call("Sub", &[&unit, &erf]))
        }
        "hypot" => {
            let (a, b) = (m.input(0)?, m.input(1)?);
            let (a, b) = (m.call("Mul", &[&a, &a]), m.call("Mul", &[&b, &b]));
            let sum = m.call("Add", &[&a, &b]);
            one(m.call("Sqrt", &[&sum]))
        }
        "fmod" => {
            let (a, b) = (m.input(0)?, m.input(1)?);
            one(m.with("Mod", &[&a, &b], vec![int("fmod", 1)]))
        }
        // Of whole numbers `Mod` has the sign of the divisor, as here; of floats it has none.
        "remainder" if !m.dtype(0).is_float() => m.plain("Mod"),
        "floor_divide" | "remainder" if m.dtype(0).is_float() => {
            let (a, b) = (m.input(0)?, m.input(1)?);
            let quotient = m.call("Div", &[&a, &b]);
            let whole = m.call("Floor", &[&quotient]);
            if m.op() == "floor_divide" {
                return one(whole);
            }
            let multiple = m.call("Mul", &[&whole, &b]);
            one(m.call("Sub", &[&a, &multiple]))
        }
        "square" => {
            let x = m.input(0)?;
            one(m.call("Mul", &[&x, &x]))
        }
        "rsqrt" => {
            let x = m.input(0)?;
            let root = m.call("Sqrt", &[&x]);
            one(m.call("Reciprocal", &[&root]))
        }
        // ONNX has no form of these two that is exact near 0; the error is that of 1 + x.
        "expm1" => {
            let (x, unit) = (m.input(0)?, m.number(1.0)?);
            let exp = m.call("Exp", &[&x]);
            one(m.call("Sub", &[&exp, &unit]))
        }
        "log1p" => {
            let (x, unit) = (m.input(0)?, m.number(1.0)?);
            let sum = m.call("Add", &[&x, &unit]);
            one(m.call("Log", &[&sum]))
        }
        "powi" => {
            let exponent: i32 = m.setting("exponent")?;
            let (x, exponent) = (m.input(0)?, m.number(f64::from(exponent))?);
            one(m.call("Pow", &[&x, &exponent]))
        }
        "clip" => {
            let (min, max) = (m.setting("min")?, m.setting("max")?);
            let (x, min, max) = (m.input(0)?, m.number(min)?, m.number(max)?);
            one(m.call("Clip", &[&x, &min, &max]))
        }
        "cast" => {
            let to: DType = m.setting("dtype")?;
            let x = m.input(0)?;
            // Inputs that only serve as whole numbers are such in the file.
            match m.dtype(0) == to {
                true => one(m.call("Identity", &[&x])),
                false => one(m.cast(&x, to)),
            }
        }
        _ => Ok(None),
    }
}

/// The natural logarithm by that of the base.
fn logarithm(m: &mut Mapping<'_, '_>, of_base: f64) -> Mapped {
    let (x, of_base) = (m.input(0)?, m.number(of_base)?);
    let natural = m.call("Log", &[&x]);
    one(m.call("Div", &[&natural, &of_base]))
}
