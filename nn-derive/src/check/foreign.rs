//! Methods and functions of PyTorch, NumPy and TensorFlow, and what is written instead, with the user's own arguments.

use super::shown::{list, shown};
use crate::messages;
use syn::{Expr, Lit};

/// Methods that take all numbers, with those along one axis and along several.
const REDUCING: [(&str, &str, &str); 4] = [
    ("mean", "mean_axis", "mean_axes"),
    ("sum", "sum_axis", "sum_axes"),
    ("max", "max_axis", "max_axes"),
    ("min", "min_axis", "min_axes"),
];

/// Methods of a tensor that other libraries have as functions too, `F::relu(x)`.
const AS_FUNCTIONS: [&str; 26] = [
    "abs",
    "clip",
    "cos",
    "elu",
    "exp",
    "expand_dims",
    "flatten",
    "gelu",
    "leaky_relu",
    "log",
    "log_softmax",
    "matmul",
    "maximum",
    "minimum",
    "relu",
    "reshape",
    "selu",
    "sigmoid",
    "silu",
    "sin",
    "softmax",
    "softplus",
    "sqrt",
    "square",
    "squeeze",
    "tanh",
];

/// What is to be said of a method of a tensor that it has not, or that takes other arguments.
pub fn method(name: &str, receiver: &Expr, arguments: &[&Expr]) -> Option<String> {
    let all = list(arguments.iter().copied());
    if let Some(own) = instead(name, receiver, arguments) {
        return Some(messages::foreign_method(name, &own));
    }
    Some(match (name, arguments) {
        ("to" | "cuda" | "cpu", _) if is_device(name, arguments) => messages::no_device(name),
        ("unwrap", []) | ("expect", [_]) => messages::unwrapped(name, &shown(receiver)),
        ("contiguous", []) => messages::always_contiguous(name),
        ("shape", [axis]) => messages::one_size(&at_axis(receiver, axis)),
        ("softmax" | "log_softmax", []) => messages::needs_axis(name),
        ("transpose", [a, b]) if is_number(a) && is_number(b) => {
            messages::two_axes(&format!("swapaxes({all})"))
        }
        ("transpose", [_, _, _, ..]) => messages::axes_in_brackets(&format!("transpose([{all}])")),
        ("reshape", [_, _, ..]) => match reshaped(&all, arguments) {
            own if own.starts_with("flatten") => messages::minus_one_of_usize(&own),
            own => messages::sizes_in_brackets(&own),
        },
        ("sort" | "argsort", [axis]) => {
            messages::settings_of(name, &format!("{name}_axis({})", shown(axis)))
        }
        (
            "celu" | "diag" | "diagflat" | "elu" | "leaky_relu" | "squareplus" | "tril" | "triu",
            [_],
        )
        | ("sort" | "argsort" | "diff" | "normalize" | "rot90" | "trapezoid", [_, _])
        | ("diagonal" | "trace", [_, _, _]) => {
            messages::settings_of(name, &format!("{name}_with({all})"))
        }
        ("flatten", [from]) => messages::flatten_from(&shown(from)),
        _ => return reduced(name, arguments),
    })
}

/// `mean(1)`, `sum_axis(1, true)` and `sum_axes(1, true)`.
fn reduced(name: &str, arguments: &[&Expr]) -> Option<String> {
    let is_it = |(all, one, several): &&(&str, &str, &str)| [*all, *one, *several].contains(&name);
    let (all, one, several) = REDUCING.iter().find(is_it)?;
    let [axes, rest @ ..] = arguments else {
        return None;
    };
    let keepdims = rest
        .first()
        .map_or("false".into(), |keepdims| shown(keepdims));
    let axes_shown = match shown(axes) {
        unknown if unknown == ".." => "-1".into(),
        axes => axes,
    };
    let axes = match value(axes) {
        Expr::Tuple(axes) => Some(format!("[{}]", list(axes.elems.iter()))),
        Expr::Array(_) => Some(axes_shown.clone()),
        _ => None,
    };
    match (axes, rest) {
        (None, []) if name == *all => Some(messages::along_an_axis(name, one, &axes_shown)),
        (None, [_, ..]) if name != *several || is_number(value(arguments[0])) => {
            let own = format!("{several}([{axes_shown}], {keepdims})");
            Some(messages::along_axes(name, &own))
        }
        (Some(axes), _) if name != *several => {
            let own = format!("{several}({axes}, {keepdims})");
            Some(messages::along_axes(name, &own))
        }
        _ => None,
    }
}

/// The value of an argument that is given with a name, `dim = 1`.
fn value(argument: &Expr) -> &Expr {
    match argument {
        Expr::Assign(assign) => &assign.right,
        other => other,
    }
}

/// What is written instead of a method that no tensor has.
fn instead(name: &str, receiver: &Expr, arguments: &[&Expr]) -> Option<String> {
    let all = list(arguments.iter().copied());
    let sizes = bare(arguments);
    Some(match (name, arguments) {
        ("view", _) => reshaped(&sizes, arguments),
        ("permute", _) => format!("transpose([{sizes}])"),
        ("expand", _) => format!("broadcast_to([{sizes}])"),
        ("size", [axis]) => at_axis(receiver, axis),
        ("size", _) => "shape()".into(),
        ("dim" | "ndim", _) => "rank()".into(),
        ("len", _) => "shape()[0]".into(),
        ("unsqueeze", [_, ..]) => format!("expand_dims({all})"),
        ("mm" | "bmm", _) => format!("matmul({all})"),
        ("float", _) => "cast(DType::F32)".into(),
        ("double", _) => "cast(DType::F64)".into(),
        ("long" | "int", _) => "cast(DType::I64)".into(),
        ("bool", _) => "cast(DType::Bool)".into(),
        ("to" | "astype" | "type", [Expr::Path(_)]) if all.starts_with("DType::") => {
            format!("cast({all})")
        }
        ("astype", _) => "cast(DType::F32)".into(),
        ("detach", _) => "stop_gradient()".into(),
        ("numpy" | "tolist", _) => "to_vec::<f32>()?".into(),
        ("numel", _) => "num_elements()".into(),
        ("chunk", [n]) => format!("split({}, 0)", shown(n)),
        ("chunk", [_, _, ..]) => format!("split({all})"),
        ("clamp", [_, _]) => format!("clip({all})"),
        ("masked_fill", [mask, value]) => {
            let (mask, value, receiver) = (shown(mask), shown(value), shown(receiver));
            format!("where_({mask}, {value}, {receiver})")
        }
        ("narrow", [axis, start, length]) => {
            let [axis, start, length] = [axis, start, length].map(|argument| shown(argument));
            format!("slice_axis({axis}, {start}..{start} + {length})")
        }
        ("index_select", [axis, indices]) => {
            format!("take({}, {})", shown(indices), shown(axis))
        }
        _ => return None,
    })
}

/// The sizes or axes of a method that takes them one by one or as a list.
fn bare(arguments: &[&Expr]) -> String {
    match arguments {
        [Expr::Array(several)] => list(several.elems.iter()),
        [Expr::Tuple(several)] => list(several.elems.iter()),
        several => list(several.iter().copied()),
    }
}

/// `reshape([2, -1])`, and `flatten_from(1)` where the batch stays and all else is one dimension.
fn reshaped(sizes: &str, arguments: &[&Expr]) -> String {
    match arguments {
        [batch, rest] if is_batch(batch) && shown(rest) == "-1" => "flatten_from(1)".into(),
        _ => format!("reshape([{sizes}])"),
    }
}

/// `x.size(0)`, `x.shape(0)` or `x.shape()[0]`.
pub fn is_batch(size: &Expr) -> bool {
    match size {
        Expr::MethodCall(call) => {
            let is_size = call.method == "size" || call.method == "shape";
            is_size && call.args.len() == 1 && shown(&call.args[0]) == "0"
        }
        Expr::Index(index) => {
            let is_shape = matches!(&*index.expr, Expr::MethodCall(call) if call.method == "shape");
            is_shape && shown(&index.index) == "0"
        }
        _ => false,
    }
}

/// One size of a shape: `shape()[1]`, also from the end.
fn at_axis(receiver: &Expr, axis: &Expr) -> String {
    let axis = shown(value(axis));
    match axis.strip_prefix('-') {
        Some(from_end) => format!("shape()[{}.rank() - {from_end}]", shown(receiver)),
        None => format!("shape()[{axis}]"),
    }
}

/// `"cuda"` and the like, or nothing.
fn is_device(name: &str, arguments: &[&Expr]) -> bool {
    match arguments {
        [] => name != "to",
        [only] => {
            let text = shown(value(only));
            matches!(value(only), Expr::Lit(literal) if matches!(literal.lit, Lit::Str(_)))
                || text == "device"
                || text.ends_with(".device")
        }
        _ => false,
    }
}

fn is_number(value: &Expr) -> bool {
    let digits = shown(value);
    let digits = digits.strip_prefix('-').unwrap_or(&digits);
    !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit())
}

/// What is to be said of a function that there is not, with its name as it is written: `cat`, `F::relu`, `tf::concat`.
pub fn function(
    path: &str,
    arguments: &[&Expr],
    is_tensor: impl Fn(&Expr) -> bool,
    joins_tensors: bool,
) -> Option<String> {
    let name = path.rsplit(':').next().unwrap_or(path);
    let [first, rest @ ..] = arguments else {
        return None;
    };
    if joins_tensors && ["cat", "concat", "concatenate", "stack"].contains(&name) {
        let held = match value(first) {
            Expr::Reference(reference) => &*reference.expr,
            other => other,
        };
        let tensors: Vec<&Expr> = match held {
            Expr::Array(several) => several.elems.iter().collect(),
            Expr::Tuple(several) => several.elems.iter().collect(),
            _ => return None,
        };
        let own = match name {
            "stack" => "stack",
            _ => "concatenate",
        };
        let axis = rest.first().map_or("0".into(), |axis| shown(axis));
        let tensors = list(tensors.into_iter());
        let own = format!("{own}([{tensors}], {axis})");
        return Some(messages::no_function(path, &own));
    }
    if !is_tensor(first) {
        return None;
    }
    // A method is called on what a reference is of.
    let first = match first {
        Expr::Reference(reference) => &reference.expr,
        other => *other,
    };
    let (receiver, all) = (shown(first), list(rest.iter().copied()));
    let all_numbers = name.strip_prefix("reduce_").unwrap_or(name);
    let reducing = REDUCING.iter().find(|(all, ..)| *all == all_numbers);
    let own = match instead(name, first, rest) {
        None if let (Some((all, _, _)), []) = (reducing, rest) => format!("{receiver}.{all}()"),
        None if let (Some((_, one, _)), [axis]) = (reducing, rest) => {
            format!("{receiver}.{one}({})", shown(axis))
        }
        Some(own) if own.starts_with("where_") => own,
        Some(own) => format!("{receiver}.{own}"),
        None if ["softmax", "log_softmax"].contains(&name) && rest.is_empty() => {
            format!("{receiver}.{name}(-1)")
        }
        None if AS_FUNCTIONS.contains(&name) => format!("{receiver}.{name}({all})"),
        None => return None,
    };
    Some(messages::no_function(path, &own))
}

/// The method for what is an attribute of a tensor in Python.
pub fn attribute(name: &str) -> Option<&'static str> {
    Some(match name {
        "shape" => "shape",
        "dtype" => "dtype",
        "ndim" => "rank",
        "size" => "num_elements",
        "T" => "t",
        _ => return None,
    })
}

/// Whether a tensor has a method of this name, which takes other arguments.
pub fn is_own(name: &str) -> bool {
    let own = [
        "shape",
        "softmax",
        "log_softmax",
        "transpose",
        "reshape",
        "flatten",
    ];
    let mut reducing = REDUCING
        .iter()
        .flat_map(|(all, one, several)| [*all, *one, *several]);
    own.contains(&name) || reducing.any(|own| own == name)
}
