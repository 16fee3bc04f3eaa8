//! Functional models as Keras writes them: layers with their names, and from which tensors each of their calls is made.

use crate::functional::functional::{Plan, Slot, What};
use crate::functional::input::Input;
use crate::functional::operations;
use crate::functional::shared::call_symbolic;
use nn_core::config::{describe, from_json};
use nn_core::random::{Stream, with_stream};
use nn_core::registry::{SharedLayer, config_of, layer_from_config};
use nn_core::{Attributes, DType, Error, Result, Shape, Tensor, UNKNOWN, is_known, op_by_name};
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::sync::Arc;

/// The class of an entry that is an operation and not a layer.
pub(crate) const OPERATION: &str = "Operation";

/// `MaxPooling2D` as `max_pooling2d`, as Keras names layers.
pub(crate) fn snake_case(class: &str) -> String {
    let mut name = String::new();
    let letters: Vec<char> = class.chars().collect();
    for (i, letter) in letters.iter().enumerate() {
        let before = i.checked_sub(1).map(|i| letters[i]);
        let after = letters.get(i + 1);
        let starts_word = letter.is_ascii_uppercase()
            && before.is_some_and(|b| {
                b.is_ascii_lowercase()
                    || b.is_ascii_uppercase() && after.is_some_and(char::is_ascii_lowercase)
            });
        if starts_word {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

/// The configuration of a plan.
pub(crate) fn write(plan: &Plan) -> Value {
    let mut entries: Vec<Entry> = Vec::new();
    // Where each value comes from: the entry's name, which of its calls, which of the results.
    let mut histories: Vec<Value> = Vec::new();
    for input in &plan.inputs {
        let config = json!({
            "batch_shape": shape_to_json(&input.spec.shape),
            "dtype": keras_dtype(input.spec.dtype),
            "name": input.name,
        });
        histories.push(json!([input.name, 0, 0]));
        entries.push(Entry {
            name: input.name.clone(),
            described: json!({"class_name": "InputLayer", "config": config}),
            nodes: Vec::new(),
        });
    }
    let first_layer = entries.len();
    entries.extend(plan.layers.iter().map(|(name, layer)| Entry {
        name: name.clone(),
        described: config_of(&**layer),
        nodes: Vec::new(),
    }));
    let mut ops = 0;
    for (i, step) in plan.steps.iter().enumerate() {
        let entry = match &step.what {
            What::Layer(number) => first_layer + number,
            What::Op(op, _) => {
                let name = loop {
                    let name = match ops {
                        0 => op.name().to_string(),
                        n => format!("{}_{n}", op.name()),
                    };
                    ops += 1;
                    let taken = |e: &Entry| e.name == name;
                    if !entries.iter().any(taken) {
                        break name;
                    }
                };
                let config = json!({"op": op.name(), "attributes": describe(&op.attributes())});
                entries.push(Entry {
                    name,
                    described: json!({"class_name": OPERATION, "config": config}),
                    nodes: Vec::new(),
                });
                entries.len() - 1
            }
        };
        let arguments: Vec<Value> = step
            .inputs
            .iter()
            .map(|slot| slot_to_json(slot, plan, &histories))
            .collect();
        let end = plan.steps.get(i + 1).map_or(plan.specs.len(), |s| s.first);
        let call = entries[entry].nodes.len();
        for k in 0..end - step.first {
            histories.push(json!([entries[entry].name, call, k]));
        }
        let class = match &step.what {
            What::Op(op, _) => op.name(),
            What::Layer(number) => plan.layers[*number].1.class_name().unwrap_or_default(),
        };
        let arguments = match operations::takes_a_list(class) {
            true => json!([arguments]),
            false => Value::Array(arguments),
        };
        entries[entry]
            .nodes
            .push(json!({"args": arguments, "kwargs": {}}));
    }
    let ends = |slots: &[Slot]| -> Value {
        let end = slots.iter().map(|slot| match slot {
            Slot::Value(value) => histories[*value].clone(),
            constant => slot_to_json(constant, plan, &histories),
        });
        end.collect()
    };
    let inputs: Vec<Slot> = (0..plan.inputs.len()).map(Slot::Value).collect();
    json!({"class_name": "Functional", "config": {
        "layers": entries.into_iter().map(Entry::finish).collect::<Vec<_>>(),
        "input_layers": ends(&inputs),
        "output_layers": ends(&plan.outputs),
    }})
}

struct Entry {
    name: String,
    described: Value,
    nodes: Vec<Value>,
}

impl Entry {
    fn finish(self) -> Value {
        let mut entry = self.described;
        entry["name"] = self.name.into();
        entry["inbound_nodes"] = Value::Array(self.nodes);
        entry
    }
}

fn slot_to_json(slot: &Slot, plan: &Plan, histories: &[Value]) -> Value {
    match slot {
        Slot::Value(value) => {
            let spec = plan.specs[*value];
            json!({"class_name": "__keras_tensor__", "config": {
                "shape": shape_to_json(&spec.shape),
                "dtype": keras_dtype(spec.dtype),
                "keras_history": histories[*value],
            }})
        }
        Slot::Constant(tensor) => json!({"class_name": "__tensor__", "config": {
            "value": nested(tensor),
            "dtype": keras_dtype(tensor.dtype()),
        }}),
    }
}

/// The numbers of a tensor in nested lists.
fn nested(tensor: &Tensor) -> Value {
    let numbers: Vec<Value> = match tensor.dtype() {
        DType::F32 | DType::F64 => {
            let all = tensor.cast(DType::F64).to_vec::<f64>().unwrap_or_default();
            all.iter().map(describe).collect()
        }
        DType::Bool => tensor
            .to_vec::<bool>()
            .unwrap_or_default()
            .into_iter()
            .map(Value::from)
            .collect(),
        DType::I64 | DType::U8 => {
            let all = tensor.cast(DType::I64).to_vec::<i64>().unwrap_or_default();
            all.into_iter().map(Value::from).collect()
        }
    };
    let mut level = numbers;
    for &n in tensor.shape().iter().rev() {
        level = match n {
            0 => Vec::new(),
            n => level
                .chunks(n)
                .map(|part| Value::Array(part.to_vec()))
                .collect(),
        };
    }
    level.into_iter().next().unwrap_or_else(|| json!([]))
}

/// A shape with `null` for what is open.
pub(crate) fn shape_to_json(shape: &Shape) -> Value {
    let dims = shape.iter().map(|&d| match is_known(d) {
        true => Value::from(d),
        false => Value::Null,
    });
    dims.collect()
}

/// A shape in which `null` is an open dimension.
pub(crate) fn shape_from_json(json: &Value) -> Result<Shape> {
    let wrong = || Error::format(format!("expected a shape, found {json}"));
    let dims = json.as_array().ok_or_else(wrong)?.iter().map(|d| match d {
        Value::Null => Ok(UNKNOWN),
        d => {
            let size = d.as_u64().and_then(|d| usize::try_from(d).ok());
            size.filter(|&d| is_known(d)).ok_or_else(wrong)
        }
    });
    Shape::try_new(&dims.collect::<Result<Vec<_>>>()?)
}

/// Keras's name of an element type.
pub(crate) fn keras_dtype(dtype: DType) -> &'static str {
    match dtype {
        DType::F32 => "float32",
        DType::F64 => "float64",
        DType::I64 => "int64",
        DType::U8 => "uint8",
        DType::Bool => "bool",
    }
}

/// The element type that stands for one of Keras's here: every whole number is `i64`, `u8` aside.
pub(crate) fn dtype_of(name: &str) -> Result<DType> {
    Ok(match name {
        "float64" => DType::F64,
        "bool" => DType::Bool,
        "uint8" => DType::U8,
        "int8" | "int16" | "int32" | "int64" | "uint16" | "uint32" | "uint64" => DType::I64,
        "float32" | "float16" | "bfloat16" => DType::F32,
        other => {
            return Err(Error::format(format!(
                "no tensor has the element type {other}"
            )));
        }
    })
}

/// The plan that a configuration says.
pub(crate) fn read(config: &Value) -> Result<Plan> {
    let (inputs, outputs) = symbolic_model(config)?;
    let mut plan = Plan::new(&inputs, &outputs)?;
    // Weights have the order of the layers, which is that of the configuration.
    let entries = config["config"]["layers"].as_array();
    let names = entries
        .into_iter()
        .flatten()
        .map(|e| e.get("name").or(e["config"].get("name")));
    plan.order_layers(
        &names
            .flatten()
            .filter_map(Value::as_str)
            .collect::<Vec<_>>(),
    );
    Ok(plan)
}

/// The symbolic inputs and outputs of a configuration, by doing again what it says.
pub(crate) fn symbolic_model(config: &Value) -> Result<(Vec<Tensor>, Vec<Tensor>)> {
    let wrong = |what: &str| Error::format(format!("the configuration of Functional {what}"));
    let entries = config.get("config").and_then(|c| c.get("layers"));
    let entries = entries
        .and_then(Value::as_array)
        .ok_or_else(|| wrong("has no `layers`"))?;
    // The first values of parameters are of no use: a file or the user sets others. The thread's random numbers stay as they are.
    with_stream(Stream::new(0), || {
        let mut building = Building::default();
        for entry in entries {
            building.add(entry)?;
        }
        building.run()?;
        let ends = |key: &str| -> Result<Vec<Tensor>> {
            let list = config["config"]
                .get(key)
                .ok_or_else(|| wrong(&format!("has no `{key}`")))?;
            building.ends(list).map_err(|e| e.context(key))
        };
        Ok((ends("input_layers")?, ends("output_layers")?))
    })
}

/// A configuration that is being done again.
#[derive(Default)]
struct Building<'a> {
    /// Calls that wait for their tensors: the entry, which call of it.
    waiting: Vec<(usize, usize)>,
    entries: Vec<(String, &'a Value, Option<SharedLayer>)>,
    /// The results of each call, by the entry's name.
    made: HashMap<(String, usize), Vec<Tensor>>,
}

impl<'a> Building<'a> {
    fn add(&mut self, entry: &'a Value) -> Result<()> {
        let class = entry.get("class_name").and_then(Value::as_str);
        let name = entry.get("name").or(entry["config"].get("name"));
        let (Some(class), Some(name)) = (class, name.and_then(Value::as_str)) else {
            return Err(Error::format(
                "a layer of Functional has no class or no name",
            ));
        };
        if class == "InputLayer" {
            let input = input_layer(&entry["config"]).map_err(|e| e.context(name))?;
            self.made
                .insert((name.to_string(), 0), vec![input.name(name)]);
            return Ok(());
        }
        let is_op = class == OPERATION || operations::is_operation(entry);
        let layer = match is_op {
            true => None,
            false => {
                let layer = layer_from_config(entry).map_err(|e| e.context(name))?;
                Some(SharedLayer::from(layer))
            }
        };
        let calls = entry.get("inbound_nodes").and_then(Value::as_array);
        let calls = calls.map_or(0, Vec::len);
        self.waiting
            .extend((0..calls).map(|call| (self.entries.len(), call)));
        self.entries.push((name.to_string(), entry, layer));
        Ok(())
    }

    /// Does every call as soon as there is what it is made of.
    fn run(&mut self) -> Result<()> {
        while !self.waiting.is_empty() {
            let before = self.waiting.len();
            for (entry, call) in std::mem::take(&mut self.waiting) {
                let (name, described, layer) = &self.entries[entry];
                let node = &described["inbound_nodes"][call];
                let arguments = Arguments::read(node, &self.made).map_err(|e| e.context(name))?;
                let Some(arguments) = arguments else {
                    self.waiting.push((entry, call));
                    continue;
                };
                let results = match layer {
                    Some(layer) => call_symbolic(layer, Some(name), arguments.tensors_of_layer()?),
                    None if described["class_name"] == OPERATION => {
                        operation(&described["config"], &arguments.tensors_of_layer()?)?
                    }
                    None => operations::operation(described, &arguments)?,
                };
                if let Some(error) = results.iter().find_map(Tensor::error) {
                    return Err(error.clone().context(name));
                }
                self.made.insert((name.clone(), call), results);
            }
            if self.waiting.len() == before {
                let names = self
                    .waiting
                    .iter()
                    .map(|(entry, _)| self.entries[*entry].0.as_str());
                let names: Vec<&str> = names.collect();
                return Err(Error::format(format!(
                    "the layers {} are made of each other, or of a layer that is missing",
                    names.join(", ")
                )));
            }
        }
        Ok(())
    }

    /// The tensors of `["name", 0, 0]` or a list of those.
    fn ends(&self, list: &Value) -> Result<Vec<Tensor>> {
        let wrong = || Error::format(format!("expected a list of tensors, found {list}"));
        let items = list.as_array().ok_or_else(wrong)?;
        if items.first().is_some_and(Value::is_string) {
            return Ok(vec![find(list, &self.made)?.ok_or_else(wrong)?]);
        }
        let mut tensors = Vec::new();
        for item in items {
            match item.is_object() {
                true => tensors.push(constant(item)?),
                false => tensors.extend(self.ends(item)?),
            }
        }
        Ok(tensors)
    }
}

/// The tensor at `["name", call, result]`, if it is made already.
fn find(history: &Value, made: &HashMap<(String, usize), Vec<Tensor>>) -> Result<Option<Tensor>> {
    let wrong = || Error::format(format!("expected [layer, call, result], found {history}"));
    let name = history.get(0).and_then(Value::as_str).ok_or_else(wrong)?;
    let number = |i: usize| history.get(i).and_then(Value::as_u64).map(|n| n as usize);
    let (call, result) = (number(1).ok_or_else(wrong)?, number(2).ok_or_else(wrong)?);
    match made.get(&(name.to_string(), call)) {
        None => Ok(None),
        Some(results) => results.get(result).cloned().map(Some).ok_or_else(wrong),
    }
}

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
    fn read(
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

    /// All tensors, for a layer: those in `args`, then its states or its key.
    fn tensors_of_layer(&self) -> Result<Vec<Tensor>> {
        let mut tensors = Vec::new();
        let kwargs = self.kwargs.iter().map(|(name, a)| (Some(name.as_str()), a));
        for (name, argument) in self.args.iter().map(|a| (None, a)).chain(kwargs) {
            match (name, argument) {
                (None | Some("initial_state" | "key" | "value"), a) => a.collect(&mut tensors)?,
                (Some("training" | "mask"), Argument::Plain(Value::Null | Value::Bool(_))) => {}
                (_, Argument::Plain(Value::Null)) => {}
                (Some(name), _) => {
                    return Err(Error::format(format!(
                        "the argument `{name}` of a call cannot be given to a layer of a Functional model"
                    )));
                }
            }
        }
        Ok(tensors)
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
    fn collect(&self, into: &mut Vec<Tensor>) -> Result<()> {
        match self {
            Argument::Tensor(tensor) => into.push(tensor.clone()),
            Argument::List(items) => items.iter().try_for_each(|item| item.collect(into))?,
            Argument::Plain(Value::Null) => {}
            Argument::Plain(other) => {
                return Err(Error::format(format!("expected a tensor, found {other}")));
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

/// A constant of nested lists.
fn constant(json: &Value) -> Result<Tensor> {
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
    let mut numbers: Vec<f64> = Vec::new();
    fn flatten(value: &Value, into: &mut Vec<f64>) -> Result<()> {
        match value {
            Value::Array(items) => items.iter().try_for_each(|item| flatten(item, into)),
            Value::Bool(b) => {
                into.push(f64::from(u8::from(*b)));
                Ok(())
            }
            number => {
                into.push(from_json::<f64>(number)?);
                Ok(())
            }
        }
    }
    flatten(&config["value"], &mut numbers)?;
    if numbers.len() != dims.iter().product::<usize>() {
        return Err(Error::format("a constant of lists of different lengths"));
    }
    Tensor::from_vec(numbers, dims).cast(dtype).ok()
}

/// The operation of an entry of our own.
fn operation(config: &Value, inputs: &[Tensor]) -> Result<Vec<Tensor>> {
    let name = config["op"].as_str().unwrap_or_default();
    let attributes: Attributes = from_json(&config["attributes"])?;
    let op = op_by_name(name, &attributes)?;
    Ok(nn_core::symbolic::rerun(
        &op,
        inputs,
        UNKNOWN,
        std::panic::Location::caller(),
    ))
}

/// The symbolic input of an `InputLayer`.
fn input_layer(config: &Value) -> Result<Tensor> {
    let shape = match config
        .get("batch_shape")
        .or(config.get("batch_input_shape"))
    {
        Some(shape) => shape_from_json(shape)?.without(0),
        None => shape_from_json(&config["shape"])?,
    };
    let dtype = dtype_of(
        config
            .get("dtype")
            .and_then(Value::as_str)
            .unwrap_or("float32"),
    )?;
    Input::of(shape, dtype).ok()
}

/// A sequence of layers as Keras writes it: the symbolic input and output, and `None` where nothing says what goes in.
pub(crate) fn sequence(config: &Value) -> Result<Option<(Tensor, Tensor)>> {
    let entries = config["config"]["layers"].as_array();
    let entries =
        entries.ok_or_else(|| Error::format("the configuration of Sequential has no `layers`"))?;
    let first = entries.first().filter(|e| e["class_name"] == "InputLayer");
    let input = match (first, config["config"].get("build_input_shape")) {
        (Some(entry), _) => input_layer(&entry["config"])?,
        (None, Some(shape)) if !shape.is_null() => {
            Input::of(shape_from_json(shape)?.without(0), DType::F32).ok()?
        }
        _ => return Ok(None),
    };
    with_stream(Stream::new(0), || {
        let mut x = input.clone();
        for entry in &entries[usize::from(first.is_some())..] {
            let layer: SharedLayer = Arc::from(layer_from_config(entry)?);
            let name = entry["config"].get("name").and_then(Value::as_str);
            let mut results = call_symbolic(&layer, name, vec![x]);
            x = results.swap_remove(0).ok()?;
        }
        Ok(Some((input, x)))
    })
}
