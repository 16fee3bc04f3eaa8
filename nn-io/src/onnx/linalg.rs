//! Products of matrices.

use super::mapping::{Mapped, Mapping, int, one};

pub(super) fn map(m: &mut Mapping<'_, '_>) -> Mapped {
    match m.op() {
        "matmul" => matmul(m),
        _ => Ok(None),
    }
}

fn matmul(m: &mut Mapping<'_, '_>) -> Mapped {
    let turned: [bool; 2] = [m.setting("transpose_a")?, m.setting("transpose_b")?];
    let mut sides = [m.input(0)?, m.input(1)?];
    let bias = match m.input_count() {
        3 => Some(m.input(2)?),
        _ => None,
    };
    let ranks = [0, 1].map(|i| m.shape(i).rank());
    if ranks == [2, 2] && (bias.is_some() || turned != [false, false]) {
        let [a, b] = turned.map(i64::from);
        let inputs: Vec<&str> = sides.iter().chain(&bias).map(String::as_str).collect();
        return one(m.with("Gemm", &inputs, vec![int("transA", a), int("transB", b)]));
    }
    for i in [0, 1] {
        if turned[i] {
            let mut order: Vec<usize> = (0..ranks[i]).collect();
            order.swap(ranks[i] - 2, ranks[i] - 1);
            sides[i] = m.transpose(&sides[i], &order);
        }
    }
    let product = m.call("MatMul", &[&sides[0], &sides[1]]);
    match bias {
        Some(bias) => one(m.call("Add", &[&product, &bias])),
        None => one(product),
    }
}
