//! Activations: ONNX's own where there is one, their formulas where there is none.

use super::mapping::{Mapped, Mapping, float, int, one};
use std::f64::consts::{FRAC_1_SQRT_2, FRAC_2_SQRT_PI};

pub(super) fn map(m: &mut Mapping<'_, '_>) -> Mapped {
    match m.op() {
        "relu" => m.plain("Relu"),
        "sigmoid" => m.plain("Sigmoid"),
        "tanh" => m.plain("Tanh"),
        "softplus" => m.plain("Softplus"),
        "softsign" => m.plain("Softsign"),
        "hard_silu" => m.plain("HardSwish"),
        "softmax" => {
            let x = m.input(0)?;
            one(m.with("Softmax", &[&x], vec![int("axis", -1)]))
        }
        "log_softmax" => {
            let x = m.input(0)?;
            one(m.with("LogSoftmax", &[&x], vec![int("axis", -1)]))
        }
        "relu6" => {
            let (x, min, max) = (m.input(0)?, m.number(0.0)?, m.number(6.0)?);
            one(m.call("Clip", &[&x, &min, &max]))
        }
        "leaky_relu" => {
            let (x, slope) = (m.input(0)?, m.setting("negative_slope")?);
            one(m.with("LeakyRelu", &[&x], vec![float("alpha", slope)]))
        }
        "elu" => {
            let (x, alpha) = (m.input(0)?, m.setting("alpha")?);
            one(m.with("Elu", &[&x], vec![float("alpha", alpha)]))
        }
        "celu" => {
            let (x, alpha) = (m.input(0)?, m.setting("alpha")?);
            one(m.with("Celu", &[&x], vec![float("alpha", alpha)]))
        }
        // ONNX's defaults are the same constants.
        "selu" => m.plain("Selu"),
        "hard_sigmoid" => {
            let x = m.input(0)?;
            let slope = vec![float("alpha", 1.0 / 6.0), float("beta", 0.5)];
            one(m.with("HardSigmoid", &[&x], slope))
        }
        "silu" => {
            let x = m.input(0)?;
            let gate = m.call("Sigmoid", &[&x]);
            one(m.call("Mul", &[&x, &gate]))
        }
        "mish" => {
            let x = m.input(0)?;
            let softplus = m.call("Softplus", &[&x]);
            let gate = m.call("Tanh", &[&softplus]);
            one(m.call("Mul", &[&x, &gate]))
        }
        "log_sigmoid" => {
            let x = m.input(0)?;
            let negative = m.call("Neg", &[&x]);
            let softplus = m.call("Softplus", &[&negative]);
            one(m.call("Neg", &[&softplus]))
        }
        // x (1 + erf(x / √2)) / 2
        "gelu" => {
            let (x, scale) = (m.input(0)?, m.number(FRAC_1_SQRT_2)?);
            let scaled = m.call("Mul", &[&x, &scale]);
            let erf = m.call("Erf", &[&scaled]);
            one(half_of_one_more(m, &x, &erf)?)
        }
        // x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2
        "gelu_tanh" => {
            let (x, cubic) = (m.input(0)?, m.number(0.044715)?);
            let (unit, scale) = (m.number(1.0)?, m.number(FRAC_2_SQRT_PI * FRAC_1_SQRT_2)?);
            let square = m.call("Mul", &[&x, &x]);
            let bend = m.call("Mul", &[&square, &cubic]);
            let bend = m.call("Add", &[&bend, &unit]);
            let inner = m.call("Mul", &[&x, &bend]);
            let inner = m.call("Mul", &[&inner, &scale]);
            let tanh = m.call("Tanh", &[&inner]);
            one(half_of_one_more(m, &x, &tanh)?)
        }
        _ => Ok(None),
    }
}

/// `x (1 + y) / 2`.
fn half_of_one_more(m: &mut Mapping<'_, '_>, x: &str, y: &str) -> nn_core::Result<String> {
    let (unit, half) = (m.number(1.0)?, m.number(0.5)?);
    let sum = m.call("Add", &[y, &unit]);
    let product = m.call("Mul", &[x, &sum]);
    Ok(m.call("Mul", &[&product, &half]))
}
