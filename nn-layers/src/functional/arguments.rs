//! The arguments of a call in a Functional model's configuration: tensors that other calls made, constants, plain values.

use crate::functional::json::{dtype_of, shape_from_json};
use nn_core::config::from_json;
use nn_core::{Error, Result, Shape, Tensor};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// What a call is made with.
pub(crate) enum Argument {
    Tensor(Tensor),
    List(Vec<Argument>),
    /// Anything else: a number, an axis.
    Plain(Value),
}

/// The arguments of a call.
pub(crate) struct Arguments {
    pub args: Vec<Argument>,
    pub kwargs: Vec<(String, Argument)>,
}

impl Arguments {
    /// `None` while a tensor is missing.
    pub fn read(
        node: &Value,
        made: &HashMap<(String, usize), Vec<Tensor>>,
    ) -> Result<Option<Arguments>> {
        let empty = (Vec::new(), Map::new());
        let args = node
            .get("args")
            .and_then(Value::as_array)
            .unwrap_or(&empty.0);
        let kwargs = node
            .get("kwargs")
            .and_then(Value::as_object)
            .unwrap_or(&empty.1);
        let mut read = Arguments {
            args: Vec::new(),
            kwargs: Vec::new(),
        };
        for arg in args {
            match argument(arg, made)? {
                Some(argument) => read.args.push(argument),
                None => return Ok(None),
            }
        }
        for (name, arg) in kwargs {
            match argument(arg, made)? {
                Some(argument) => read.kwargs.push((name.clone(), argument)),
                None => return Ok(None),
            }
        }
        Ok(Some(read))
    }

    /// The value of an argument by its name or its place among those that are not tensors.
    pub fn plain(&self, name: &str, place: usize) -> Option<&Value> {
        let by_name = self.kwargs.iter().find(|(n, _)| n == name).map(|(_, a)| a);
        match by_name.or(self.args.get(place)) {
            Some(Argument::Plain(value)) if !value.is_null() => Some(value),
            _ => None,
        }
    }
}

impl Argument {
    pub fn collect(&self, name: &str, into: &mut Vec<Tensor>) -> Result<()> {
        match self {
            Argument::Tensor(tensor) => into.push(tensor.clone()),
            Argument::List(items) => items.iter().try_for_each(|i| i.collect(name, into))?,
            Argument::Plain(Value::Null) => {}
            Argument::Plain(other) => {
                return Err(Error::format(format!(
                    "the argument `{name}` of its call is a tensor of the model or a list of those, found {:.80}",
                    other.to_string()
                )));
            }
        }
        Ok(())
    }
}

fn argument(
    json: &Value,
    made: &HashMap<(String, usize), Vec<Tensor>>,
) -> Result<Option<Argument>> {
    match (json, json.get("class_name").and_then(Value::as_str)) {
        (_, Some("__keras_tensor__")) => {
            Ok(find(&json["config"]["keras_history"], made)?.map(Argument::Tensor))
        }
        (_, Some("__tensor__" | "__numpy__")) => Ok(Some(Argument::Tensor(constant(json)?))),
        (Value::Array(items), _) => {
            let mut list = Vec::new();
            let mut tensors = false;
            for item in items {
                let Some(item) = argument(item, made)? else {
                    return Ok(None);
                };
                tensors |= !matches!(item, Argument::Plain(_));
                list.push(item);
            }
            Ok(Some(match tensors {
                true => Argument::List(list),
                false => Argument::Plain(json.clone()),
            }))
        }
        _ => Ok(Some(Argument::Plain(json.clone()))),
    }
}

/// A call as Keras 2 wrote it, a list of `[layer, call, result, arguments]`, in the form of Keras 3.
pub(crate) fn of_keras_2(tensors: &[Value]) -> Result<Value> {
    let wrong = || {
        Error::format(format!(
            "expected a call of Keras 2, [[layer, call, result, arguments], ..], found {:.80}: `keras.models.model_from_json(..).to_json()` of Keras 3 \
             writes the form that is read",
            Value::from(tensors).to_string()
        ))
    };
    // The only tensor of some is in no list.
    let only = [Value::from(tensors)];
    let tensors = match tensors.first() {
        Some(Value::String(_)) => &only,
        _ => tensors,
    };
    let (mut args, mut kwargs) = (Vec::new(), json!({}));
    for tensor in tensors {
        let parts = tensor.as_array().ok_or_else(wrong)?;
        match parts.as_slice() {
            [Value::String(_), Value::Number(_), Value::Number(_)] => {}
            [
                Value::String(_),
                Value::Number(_),
                Value::Number(_),
                given @ Value::Object(_),
            ] => {
                kwargs = given.clone();
            }
            _ => return Err(wrong()),
        }
        args.push(
            json!({"class_name": "__keras_tensor__", "config": {"keras_history": parts[..3]}}),
        );
    }
    let args = match args.len() {
        1 => args.into(),
        _ => json!([args]),
    };
    Ok(json!({"args": args, "kwargs": kwargs}))
}

/// The results of calls that an argument is made of, by layer and call.
pub(crate) fn needs(json: &Value, into: &mut Vec<(String, usize)>) {
    match (json, json.get("class_name").and_then(Value::as_str)) {
        (_, Some("__keras_tensor__")) => {
            let history = &json["config"]["keras_history"];
            if let (Some(name), Some(call)) = (history[0].as_str(), history[1].as_u64()) {
                into.push((name.to_string(), call as usize));
            }
        }
        (Value::Array(items), _) => items.iter().for_each(|item| needs(item, into)),
        _ => {}
    }
}

/// A constant of nested lists, of the shape that they have or that stands beside them.
pub(crate) fn constant(json: &Value) -> Result<Tensor> {
    let config = &json["config"];
    let dtype = dtype_of(config["dtype"].as_str().unwrap_or("float32"))?;
    let (mut dims, mut level) = (Vec::new(), &config["value"]);
    while let Value::Array(items) = level {
        dims.push(items.len());
        match items.first() {
            Some(first) => level = first,
            None => break,
        }
    }
    fn flatten<'v>(value: &'v Value, dims: &[usize], into: &mut Vec<&'v Value>) -> Result<()> {
        match (value, dims) {
            (Value::Array(items), [n, inner @ ..]) if items.len() == *n => {
                items.iter().try_for_each(|item| flatten(item, inner, into))
            }
            (Value::Array(_), _) | (_, [_, ..]) => {
                Err(Error::format("a constant of lists of different lengths"))
            }
            (number, []) => {
                into.push(number);
                Ok(())
            }
        }
    }
    let mut numbers = Vec::new();
    flatten(&config["value"], &dims, &mut numbers)?;
    let shape = match &config["shape"] {
        Value::Null => Shape::try_new(&dims)?,
        shape => shape_from_json(shape)?,
    };
    if !shape.is_known() || numbers.len() != shape.num_elements() {
        return Err(Error::format(format!(
            "a constant of shape {shape} of {} numbers",
            numbers.len()
        )));
    }
    // Whole numbers by themselves: floats do not tell all of them apart.
    let whole: Option<Vec<i64>> = numbers.iter().map(|number| number.as_i64()).collect();
    let tensor = match whole.filter(|_| !dtype.is_float()) {
        Some(whole) => Tensor::from_vec(whole, shape),
        None => {
            let number = |value: &&Value| match value {
                Value::Bool(b) => Ok(f64::from(u8::from(*b))),
                number => Ok(from_json::<f64>(number)?),
            };
            let numbers: Result<Vec<f64>> = numbers.iter().map(number).collect();
            Tensor::from_vec(numbers?, shape)
        }
    };
    tensor.cast(dtype).into_result()
}

/// The tensor at `["name", call, result]`, if it is made already.
pub(crate) fn find(
    history: &Value,
    made: &HashMap<(String, usize), Vec<Tensor>>,
) -> Result<Option<Tensor>> {
    let wrong = || Error::format(format!("expected [layer, call, result], found {history}"));
    let name = history.get(0).and_then(Value::as_str).ok_or_else(wrong)?;
    let number = |i: usize| history.get(i).and_then(Value::as_u64).map(|n| n as usize);
    let (call, result) = (number(1).ok_or_else(wrong)?, number(2).ok_or_else(wrong)?);
    match made.get(&(name.to_string(), call)) {
        None => Ok(None),
        Some(results) => results.get(result).cloned().map(Some).ok_or_else(wrong),
    }
}
