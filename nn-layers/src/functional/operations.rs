//! Operations of `keras.ops` in Functional models: the classes under which Keras writes them, and what they are here.

use crate::functional::arguments::{Argument, Arguments};
use crate::functional::indexing::get_item;
use crate::functional::json::{dtype_of, keras_dtype};
use nn_core::{
    Attributes, DType, Error, Result, Tensor, UNKNOWN, concatenate, einsum, is_known, op_by_name,
    ops::PadMode, stack, where_,
};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use std::panic::Location;

/// Whether an entry of a Functional model is an operation.
pub(crate) fn is_operation(entry: &Value) -> bool {
    let module = entry
        .get("module")
        .and_then(Value::as_str)
        .unwrap_or_default();
    module.starts_with("keras.src.ops") || module.starts_with("keras.ops")
}

type Unary = fn(&Tensor) -> Tensor;
type Binary = fn(&Tensor, &Tensor) -> Tensor;
type Reduction = fn(&Tensor, Option<&[isize]>, bool) -> Tensor;

/// Keras's class, its module below `keras.src.ops`, the name of the operation here.
const UNARY: &[(&str, &str, &str, Unary)] = &[
    ("Absolute", "numpy", "abs", |x| x.abs()),
    ("Abs", "numpy", "abs", |x| x.abs()),
    ("Ceil", "numpy", "ceil", |x| x.ceil()),
    ("Cos", "numpy", "cos", |x| x.cos()),
    ("Exp", "numpy", "exp", |x| x.exp()),
    ("Expm1", "numpy", "expm1", |x| x.expm1()),
    ("Floor", "numpy", "floor", |x| x.floor()),
    ("Log", "numpy", "log", |x| x.log()),
    ("Log1p", "numpy", "log1p", |x| x.log1p()),
    ("Negative", "numpy", "negate", |x| -x),
    ("Reciprocal", "numpy", "reciprocal", |x| x.reciprocal()),
    ("Sign", "numpy", "sign", |x| x.sign()),
    ("Sin", "numpy", "sin", |x| x.sin()),
    ("Sqrt", "numpy", "sqrt", |x| x.sqrt()),
    ("Square", "numpy", "square", |x| x.square()),
    ("Tanh", "numpy", "tanh", |x| x.tanh()),
    ("Tanh", "nn", "tanh", |x| x.tanh()),
    ("Relu", "nn", "relu", |x| x.relu()),
    ("Relu6", "nn", "relu6", |x| x.relu6()),
    ("Sigmoid", "nn", "sigmoid", |x| x.sigmoid()),
    ("Softplus", "nn", "softplus", |x| x.softplus()),
    ("Softsign", "nn", "softsign", |x| x.softsign()),
    ("Silu", "nn", "silu", |x| x.silu()),
    ("LogSigmoid", "nn", "log_sigmoid", |x| x.log_sigmoid()),
    ("HardSigmoid", "nn", "hard_sigmoid", |x| x.hard_sigmoid()),
    ("Selu", "nn", "selu", |x| x.selu()),
    ("Rsqrt", "math", "rsqrt", |x| x.rsqrt()),
    ("Erf", "math", "erf", |x| x.erf()),
    ("LogicalNot", "numpy", "logical_not", |x| x.logical_not()),
];

const BINARY: &[(&str, &str, Binary)] = &[
    ("Add", "add", |a, b| a + b),
    ("Subtract", "subtract", |a, b| a - b),
    ("Multiply", "multiply", |a, b| a * b),
    ("Divide", "divide", |a, b| a / b),
    ("TrueDivide", "divide", |a, b| a / b),
    ("Maximum", "maximum", |a, b| a.maximum(b)),
    ("Minimum", "minimum", |a, b| a.minimum(b)),
    ("Power", "pow", |a, b| a.pow(b)),
    ("Mod", "remainder", |a, b| a.remainder(b)),
    ("FloorDivide", "floor_divide", |a, b| a.floor_divide(b)),
    ("Matmul", "matmul", |a, b| a.matmul(b)),
    ("Greater", "greater", |a, b| a.greater(b)),
    ("GreaterEqual", "greater_equal", |a, b| a.greater_equal(b)),
    ("Less", "less", |a, b| a.less(b)),
    ("LessEqual", "less_equal", |a, b| a.less_equal(b)),
    ("Equal", "equal", |a, b| a.equal(b)),
    ("NotEqual", "not_equal", |a, b| a.not_equal(b)),
    ("LogicalAnd", "logical_and", |a, b| a.logical_and(b)),
    ("LogicalOr", "logical_or", |a, b| a.logical_or(b)),
    ("LogicalXor", "logical_xor", |a, b| a.logical_xor(b)),
];

/// A reduction by its method over some axes, and by that over all of them.
macro_rules! reduction {
    ($class:literal, $name:literal, $some:ident, $all:ident) => {
        ($class, $name, |x, axes, keep| match axes {
            Some(axes) => x.$some(axes, keep),
            None if keep && x.rank() > 0 => {
                let all: Vec<isize> = (0..x.rank() as isize).collect();
                x.$some(&all, keep)
            }
            None => x.$all(),
        })
    };
}

const REDUCTIONS: &[(&str, &str, Reduction)] = &[
    reduction!("Mean", "mean", mean_axes, mean),
    reduction!("Sum", "sum", sum_axes, sum),
    reduction!("Max", "max", max_axes, max),
    reduction!("Min", "min", min_axes, min),
    reduction!("Prod", "prod", prod_axes, prod),
    reduction!("Var", "var", var_axes, var),
    reduction!("Std", "std", std_axes, std),
    reduction!("Logsumexp", "logsumexp", logsumexp_axes, logsumexp),
    reduction!("Any", "any", any_axes, any),
    reduction!("All", "all", all_axes, all),
];

/// A setting as the type that it must have.
fn from_json<T: DeserializeOwned>(value: &Value) -> Result<T> {
    Ok(nn_core::config::from_json(value)?)
}

/// A whole number or several.
fn axes(value: &Value) -> Result<Vec<isize>> {
    match value {
        Value::Array(_) => from_json(value),
        one => Ok(vec![from_json(one)?]),
    }
}

/// Truth values of a tensor's numbers, as numbers of its type.
fn of_dtype(x: &Tensor, truths: impl Fn(&Tensor) -> Tensor) -> Tensor {
    truths(x).cast(x.dtype())
}

/// What an operation of ours gives that goes by this name.
pub(crate) fn by_name(
    name: &str,
    attributes: &Attributes,
    inputs: &[Tensor],
) -> Result<Vec<Tensor>> {
    let op = op_by_name(name, attributes, inputs)?;
    Ok(nn_core::rerun(&op, inputs, UNKNOWN, Location::caller()))
}

/// What an operation of Keras gives.
pub(crate) fn operation(entry: &Value, arguments: &Arguments) -> Result<Vec<Tensor>> {
    let class = entry["class_name"].as_str().unwrap_or_default();
    let config = &entry["config"];
    let setting = |name: &str, place: usize| {
        let configured = config.get(name).filter(|v| !v.is_null());
        configured.or_else(|| arguments.plain(name, place))
    };
    let tensor = |place: usize| arguments.tensor(place);
    if let Some((.., f)) = UNARY.iter().find(|(name, ..)| *name == class) {
        return Ok(vec![f(&tensor(0)?)]);
    }
    if let Some((.., f)) = BINARY.iter().find(|(name, ..)| *name == class) {
        return Ok(vec![f(&tensor(0)?, &tensor(1)?)]);
    }
    if let Some((.., f)) = REDUCTIONS.iter().find(|(name, ..)| *name == class) {
        let keepdims = setting("keepdims", 2)
            .and_then(Value::as_bool)
            .unwrap_or(false);
        let axes = setting("axis", 1).map(axes).transpose()?;
        return Ok(vec![f(&tensor(0)?, axes.as_deref(), keepdims)]);
    }
    let axis =
        |default: isize| -> Result<isize> { setting("axis", 1).map_or(Ok(default), from_json) };
    // `None` is all axes as one.
    let one_axis =
        || -> Result<Option<isize>> { setting("axis", 1).map(from_json::<isize>).transpose() };
    let needs = |name: &str, place: usize| {
        setting(name, place).ok_or_else(|| Error::format(format!("{class} needs `{name}`")))
    };
    let result = match class {
        "GetItem" => get_item(&tensor(0)?, needs("key", 1)?)?,
        "Argmax" | "Argmin" => {
            let (x, axis) = (tensor(0)?, one_axis()?);
            let found = match class {
                "Argmax" => x.argmax(axis),
                _ => x.argmin(axis),
            };
            match (setting("keepdims", 2).and_then(Value::as_bool), axis) {
                (Some(true), Some(axis)) => found.expand_dims(axis),
                (Some(true), None) => found.reshape(vec![1; x.rank()]),
                _ => found,
            }
        }
        "Cumsum" => tensor(0)?.cumsum(one_axis()?),
        "Cumprod" => tensor(0)?.cumprod(one_axis()?),
        "Flip" => tensor(0)?.flip(one_axis()?),
        "Roll" => tensor(0)?.roll(
            from_json(needs("shift", 1)?)?,
            setting("axis", 2).map(from_json::<isize>).transpose()?,
        ),
        "Tile" => tensor(0)?.tile(from_json::<Vec<usize>>(needs("repeats", 1)?)?),
        "Repeat" => tensor(0)?.repeat(
            from_json(needs("repeats", 1)?)?,
            setting("axis", 2).map(from_json::<isize>).transpose()?,
        ),
        "Swapaxes" => tensor(0)?.swapaxes(
            from_json(needs("axis1", 1)?)?,
            from_json(needs("axis2", 2)?)?,
        ),
        "Moveaxis" => {
            let (source, destination) = (needs("source", 1)?, needs("destination", 2)?);
            tensor(0)?.moveaxis(axes(source)?, axes(destination)?)
        }
        "Take" => {
            let axis = setting("axis", 2).map(from_json::<isize>).transpose()?;
            match setting("indices", 1) {
                Some(indices @ Value::Array(_)) => {
                    let indices = Tensor::from(from_json::<Vec<i64>>(indices)?);
                    tensor(0)?.take(&indices, axis)
                }
                Some(index) => tensor(0)?.take(&Tensor::from(from_json::<i64>(index)?), axis),
                None => tensor(0)?.take(&tensor(1)?, axis),
            }
        }
        "Einsum" => {
            let subscripts: String = from_json(needs("subscripts", usize::MAX)?)?;
            let operands: Result<Vec<Tensor>> = (0..arguments.args.len()).map(tensor).collect();
            einsum(&subscripts, &operands?[..])
        }
        "Where" => where_(&tensor(0)?, &tensor(1)?, &tensor(2)?),
        "Pad" => {
            let widths: Vec<(usize, usize)> = from_json(needs("pad_width", 1)?)?;
            let value = setting("constant_values", 3).map_or(Ok(0.0), from_json)?;
            let mode = match setting("mode", 2).and_then(Value::as_str) {
                None | Some("constant") => PadMode::Constant(value),
                Some("reflect") => PadMode::Reflect,
                Some("symmetric") => PadMode::Symmetric,
                Some(other) => return Err(Error::format(format!("Pad by `{other}`"))),
            };
            tensor(0)?.pad_with(widths, mode)
        }
        "Split" => {
            let x = tensor(0)?;
            let axis = setting("axis", 2).map_or(Ok(0), from_json)?;
            let parts = needs("indices_or_sections", 1)?;
            if !parts.is_array() {
                return Ok(x.split(from_json(parts)?, axis));
            }
            let mut at = from_json::<Vec<isize>>(parts)?;
            at.push(x.try_shape()?.dim(axis)? as isize);
            let mut start = 0;
            let part = |stop: isize| {
                let part = x.slice_axis(axis, start..stop);
                start = stop;
                part
            };
            return Ok(at.into_iter().map(part).collect());
        }
        "Unstack" => {
            let axis = setting("axis", 2).map_or(Ok(0), from_json)?;
            return Ok(tensor(0)?.unstack(axis));
        }
        "TopK" => {
            let (values, indices) = tensor(0)?.top_k(from_json(needs("k", 1)?)?);
            return Ok(vec![values, indices]);
        }
        "OneHot" => {
            let depth = from_json(needs("num_classes", 1)?)?;
            let axis = setting("axis", 2).map_or(Ok(-1), from_json)?;
            tensor(0)?.one_hot_axis(depth, axis)
        }
        "Concatenate" => concatenate(&arguments.list(0)?, axis(0)?),
        "Stack" => stack(&arguments.list(0)?, axis(0)?),
        "Softmax" => tensor(0)?.softmax(axis(-1)?),
        "LogSoftmax" => tensor(0)?.log_softmax(axis(-1)?),
        "Reshape" => {
            let shape = setting("newshape", 1).or(setting("new_shape", 1));
            let shape: Vec<Option<isize>> = from_json(shape.unwrap_or(&Value::Null))?;
            let shape: Vec<isize> = shape.into_iter().map(|d| d.unwrap_or(-1)).collect();
            // Larger numbers stand for open sizes here, and no file can mean them.
            if let Some(size) = shape.iter().find(|&&d| d > 0 && !is_known(d as usize)) {
                return Err(Error::format(format!("Reshape to a size of {size}")));
            }
            tensor(0)?.reshape(shape)
        }
        "Transpose" => match setting("axes", 1) {
            Some(axes) => tensor(0)?.transpose(from_json::<Vec<isize>>(axes)?),
            None => tensor(0)?.t(),
        },
        "ExpandDims" => match setting("axis", 1) {
            Some(places) => tensor(0)?.expand_dims_axes(axes(places)?),
            None => tensor(0)?.expand_dims(0),
        },
        "Squeeze" => match setting("axis", 1) {
            Some(places) => tensor(0)?.squeeze_axes(axes(places)?),
            None => tensor(0)?.squeeze(None),
        },
        "Clip" => {
            let bound = |name: &str, place| -> Result<f64> {
                let value = setting(name, place);
                from_json(value.ok_or_else(|| Error::format(format!("Clip needs `{name}`")))?)
            };
            tensor(0)?.clip(bound("x_min", 1)?, bound("x_max", 2)?)
        }
        "Gelu" => {
            let approximate = setting("approximate", 1)
                .and_then(Value::as_bool)
                .unwrap_or(true);
            tensor(0)?.gelu(approximate)
        }
        "LeakyRelu" => {
            let slope = setting("negative_slope", 1).map_or(Ok(0.2), from_json)?;
            tensor(0)?.leaky_relu_with(slope)
        }
        "Round" => tensor(0)?.round_decimals(setting("decimals", 1).map_or(Ok(0), from_json)?),
        // Constants have no open batch: a truth value of each number, whatever the number is.
        "ZerosLike" => of_dtype(&tensor(0)?, |x| x.logical_and(false)),
        "OnesLike" => of_dtype(&tensor(0)?, |x| x.logical_or(true)),
        "ConvertToTensor" => tensor(0)?,
        "Cast" => {
            let dtype = setting("dtype", 1).and_then(Value::as_str);
            let dtype = dtype.ok_or_else(|| Error::format("Cast needs `dtype`"))?;
            let (x, attributes) = (
                tensor(0)?,
                Attributes::new().with("dtype", &dtype_of(dtype)?),
            );
            // To its own type too, where `Tensor::cast` does nothing: the model that is written again is the one that was read.
            return by_name("cast", &attributes, &[x]);
        }
        "Elu" => tensor(0)?.elu_with(setting("alpha", 1).map_or(Ok(1.0), from_json)?),
        _ => {
            return Err(Error::format(format!(
                "the operation {class} of keras.ops cannot be read into a Functional model yet: use a layer in its place, or write the model in Rust, \
                 with a `call` of its own"
            )));
        }
    };
    Ok(vec![result])
}

/// An operation of ours as Keras writes it: its class, module and configuration.
pub(crate) fn to_keras(name: &str, attributes: &Map<String, Value>) -> Result<Value> {
    let axis = |key: &str| attributes.get(key).cloned().unwrap_or(Value::Null);
    let unary = UNARY.iter().find(|(.., op, _)| *op == name);
    let binary = BINARY.iter().find(|(_, op, _)| *op == name);
    let reduction = REDUCTIONS.iter().find(|(_, op, _)| *op == name);
    let (class, module, config) = match (unary, binary, reduction) {
        (Some((class, module, ..)), ..) => (*class, *module, json!({})),
        // A product of transposed matrices, which Keras's has no setting for.
        (_, Some(_), _) if attributes.values().any(|v| *v == json!(true)) => {
            return Err(Error::format(format!(
                "the operation {name} with transposed matrices has no class in Keras's Functional models; put it into a layer of Keras's"
            )));
        }
        (_, Some((class, ..)), _) => (*class, "numpy", json!({})),
        (.., Some((class, ..))) => {
            let config = json!({"axis": axis("axes"), "keepdims": axis("keepdims")});
            let module = if name == "logsumexp" { "math" } else { "numpy" };
            (*class, module, config)
        }
        _ => match name {
            "concatenate" => ("Concatenate", "numpy", json!({"axis": axis("axis")})),
            "softmax" => ("Softmax", "nn", json!({"axis": -1})),
            "log_softmax" => ("LogSoftmax", "nn", json!({"axis": -1})),
            "reshape" => {
                // Sizes that are not known here are those of the batch.
                let sizes = attributes.get("shape").and_then(Value::as_array);
                let known = |d: &Value| d.as_u64().filter(|&d| is_known(d as usize));
                let sizes = sizes.into_iter().flatten().map(known);
                let shape: Vec<i64> = sizes.map(|d| d.map_or(-1, |d| d as i64)).collect();
                if shape.iter().filter(|&&d| d == -1).count() > 1 {
                    return Err(Error::format(
                        "a reshape to several open sizes cannot be written for Keras, which has one -1; use a layer `Reshape`",
                    ));
                }
                if shape.contains(&0) && shape.contains(&-1) {
                    return Err(Error::format(
                        "a reshape to an open size beside one of 0 cannot be written for Keras, whose -1 is what is left of the elements",
                    ));
                }
                ("Reshape", "numpy", json!({"newshape": shape}))
            }
            "clip" => (
                "Clip",
                "numpy",
                json!({"x_min": axis("min"), "x_max": axis("max")}),
            ),
            "cast" => {
                let dtype: DType = from_json(&axis("dtype"))?;
                ("Cast", "core", json!({"dtype": keras_dtype(dtype)}))
            }
            "slice" => ("GetItem", "numpy", json!({})),
            "transpose" => ("Transpose", "numpy", json!({"axes": axis("axes")})),
            "leaky_relu" => (
                "LeakyRelu",
                "nn",
                json!({"negative_slope": axis("negative_slope")}),
            ),
            "round" => ("Round", "numpy", json!({"decimals": 0})),
            "elu" => ("Elu", "nn", json!({"alpha": axis("alpha")})),
            "gelu" => ("Gelu", "nn", json!({"approximate": false})),
            "gelu_tanh" => ("Gelu", "nn", json!({"approximate": true})),
            _ => {
                return Err(Error::format(format!(
                    "the operation {name} has no class in Keras's Functional models; put it into a layer of Keras's"
                )));
            }
        },
    };
    Ok(json!({
        "module": format!("keras.src.ops.{module}"),
        "class_name": class,
        "config": config,
        "registered_name": class,
    }))
}

impl Arguments {
    /// The tensor at a place; a number is a constant.
    pub fn tensor(&self, place: usize) -> Result<Tensor> {
        let given = self.args.get(place).or_else(|| {
            let i = place.checked_sub(self.args.len())?;
            self.kwargs.get(i).map(|(_, a)| a)
        });
        match given {
            Some(Argument::Tensor(tensor)) => Ok(tensor.clone()),
            Some(Argument::Plain(Value::Number(number))) => {
                Ok(Tensor::from(number.as_f64().unwrap_or(f64::NAN) as f32))
            }
            _ => Err(Error::format(format!(
                "argument {place} of the operation is no tensor or number{}",
                match given {
                    Some(Argument::Plain(found)) => format!(", found {:.80}", found.to_string()),
                    Some(_) => ", found a list".to_string(),
                    None => ": there is none".to_string(),
                }
            ))),
        }
    }

    /// The tensors in the list at a place.
    pub fn list(&self, place: usize) -> Result<Vec<Tensor>> {
        match self.args.get(place) {
            Some(Argument::List(items)) => {
                let one = |item: &Argument| match item {
                    Argument::Tensor(tensor) => Ok(tensor.clone()),
                    _ => Err(Error::format("expected a list of tensors")),
                };
                items.iter().map(one).collect()
            }
            _ => Err(Error::format("expected a list of tensors")),
        }
    }
}
