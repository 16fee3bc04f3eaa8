//! The arguments of a layer's call by their names: what Keras hands to its layers, and what layers take here.

use crate::functional::arguments::{Argument, Arguments};
use crate::functional::call::Asked;
use nn_core::{Error, Result, Tensor};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What a layer is called with.
#[derive(Default)]
pub(crate) struct LayerCall {
    pub tensors: Vec<Tensor>,
    /// Which of the tensors have a mask by the call, or none, whatever they carry.
    pub masks: Vec<(usize, Option<Tensor>)>,
    pub asked: Asked,
}

/// The arguments that are tensors for a layer here, in its order.
const TENSORS: [&str; 6] = [
    "inputs",
    "query",
    "value",
    "key",
    "attention_mask",
    "initial_state",
];

/// The masks of query, value and key.
const MASKS: [&str; 3] = ["query_mask", "value_mask", "key_mask"];

fn has_heads(class: &str) -> bool {
    ["MultiHeadAttention", "GroupQueryAttention"].contains(&class)
}

fn is_attention(class: &str) -> bool {
    has_heads(class) || ["Attention", "AdditiveAttention"].contains(&class)
}

fn is_recurrent(class: &str) -> bool {
    class.starts_with("ConvLSTM")
        || ["LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional"].contains(&class)
}

/// Whether a layer of Keras takes its tensors in a list, and not one by one.
fn takes_a_list(class: &str) -> bool {
    [
        "Add",
        "AdditiveAttention",
        "Attention",
        "Average",
        "Concatenate",
        "Dot",
        "Functional",
        "Maximum",
        "Minimum",
        "Multiply",
        "Subtract",
        "concatenate",
    ]
    .contains(&class)
}

/// The names of Keras's arguments by their places. Tensors behind those belong to `inputs`, as where a layer is given several one by one.
fn signature(class: &str, args: &[Argument]) -> &'static [&'static str] {
    let is_list = |place: usize| matches!(args.get(place), Some(Argument::List(_)));
    match class {
        _ if has_heads(class) => &[
            "query",
            "value",
            "key",
            "query_mask",
            "value_mask",
            "key_mask",
            "attention_mask",
            "return_attention_scores",
            "training",
            "use_causal_mask",
        ],
        "Attention" | "AdditiveAttention" if is_list(0) => &[
            "inputs",
            "mask",
            "return_attention_scores",
            "training",
            "use_causal_mask",
        ],
        _ if is_recurrent(class) && is_list(1) => &["inputs", "initial_state", "mask", "training"],
        "GlobalAveragePooling1D" | "Softmax" => &["inputs", "mask"],
        "BatchNormalization" | "TimeDistributed" | "Functional" | "Sequential" => {
            &["inputs", "training", "mask"]
        }
        _ => &["inputs"],
    }
}

impl Arguments {
    /// What a layer of a class is called with.
    pub fn of_layer(&self, class: &str) -> Result<LayerCall> {
        let names = signature(class, &self.args);
        let named = self.args.iter().zip(names).map(|(a, name)| (*name, a));
        let mut given: BTreeMap<&str, &Argument> = named.collect();
        for (name, argument) in &self.kwargs {
            let name = match name.as_str() {
                "sequence" | "sequences" | "x" => "inputs",
                name => name,
            };
            given.insert(name, argument);
        }
        given.retain(|_, argument| !matches!(argument, Argument::Plain(Value::Null)));
        // As in Keras's `fit` and `predict`, the call of the model says to every layer whether it trains.
        given.remove("training");
        let mut call = LayerCall::default();
        let starts_with = given.contains_key("initial_state");
        // The key is the value where none is given, but has its place where something follows.
        if (given.contains_key("attention_mask") || given.contains_key("key_mask"))
            && let Some(&value) = given.get("value")
        {
            given.entry("key").or_insert(value);
        }
        for name in TENSORS {
            if let Some(argument) = given.remove(name) {
                argument.collect(name, &mut call.tensors)?;
            }
        }
        let further = self.args.iter().skip(names.len());
        for argument in further.filter(|a| !matches!(a, Argument::Plain(Value::Bool(_)))) {
            argument.collect("inputs", &mut call.tensors)?;
        }
        if let Some(mask) = given.remove("mask") {
            let wrong = |found: &Value| {
                Error::format(format!(
                    "the argument `mask` is a tensor or a list of tensors and null, found {:.80}",
                    found.to_string()
                ))
            };
            let items = match mask {
                Argument::List(items) => items.as_slice(),
                item => std::slice::from_ref(item),
            };
            for (place, item) in items.iter().enumerate() {
                match item {
                    Argument::Tensor(mask) => call.masks.push((place, Some(mask.clone()))),
                    // Of several masks attention takes none for none, whatever its tensors carry.
                    Argument::Plain(Value::Null) if is_attention(class) => {
                        call.masks.push((place, None));
                    }
                    Argument::Plain(Value::Null) => {}
                    Argument::Plain(other) => return Err(wrong(other)),
                    Argument::List(_) => return Err(wrong(&"a list in a list".into())),
                }
            }
        }
        for (place, name) in MASKS.into_iter().enumerate() {
            match given.remove(name) {
                Some(Argument::Tensor(mask)) => call.masks.push((place, Some(mask.clone()))),
                Some(_) => {
                    return Err(Error::format(format!("the argument `{name}` is no tensor")));
                }
                None => {}
            }
        }
        let count = call.tensors.len();
        if call.masks.iter().any(|(place, _)| *place >= count) {
            return Err(Error::format(format!(
                "more masks than tensors are given, which are {count}"
            )));
        }
        if is_attention(class) {
            let mut is_asked = |name| match given.remove(name) {
                None => Ok(false),
                Some(Argument::Plain(Value::Bool(is_asked))) => Ok(*is_asked),
                Some(_) => Err(Error::format(format!(
                    "the argument `{name}` of its call is true or false"
                ))),
            };
            call.asked.use_causal_mask = is_asked("use_causal_mask")?;
            call.asked.return_attention_scores = is_asked("return_attention_scores")?;
        }
        call.asked.without_mask = is_recurrent(class) && starts_with && call.masks.is_empty();
        match given.keys().next() {
            None => Ok(call),
            Some(name) => Err(Error::format(format!(
                "the argument `{name}` of its call is none that a {class} takes in a Functional model here: leave it out, or write the model in \
                 Rust, with a `call` that gives the layer what it needs"
            ))),
        }
    }
}

/// A call as the configuration has it: what [`Arguments::of_layer`] reads.
pub(crate) fn node(
    class: &str,
    mut tensors: Vec<Value>,
    masks: &[Option<Value>],
    asked: Asked,
) -> Value {
    let mut kwargs = Map::new();
    if has_heads(class) {
        let given = MASKS.into_iter().zip(masks);
        kwargs.extend(given.filter_map(|(name, mask)| Some((name.to_string(), mask.clone()?))));
        if tensors.len() > 3 {
            kwargs.insert("attention_mask".into(), tensors.remove(3));
        }
    } else if masks.iter().any(Option::is_some) {
        let mask = match masks {
            [only] => only.clone().into(),
            several if takes_a_list(class) => several.iter().cloned().map(Value::from).collect(),
            [first, ..] => first.clone().into(),
            [] => Value::Null,
        };
        kwargs.insert("mask".into(), mask);
    }
    if asked.without_mask {
        kwargs.insert("initial_state".into(), tensors.split_off(1).into());
    }
    for (name, is_asked) in [
        ("use_causal_mask", asked.use_causal_mask),
        ("return_attention_scores", asked.return_attention_scores),
    ] {
        if is_asked {
            kwargs.insert(name.into(), true.into());
        }
    }
    let args = match takes_a_list(class) {
        true => json!([tensors]),
        false => tensors.into(),
    };
    json!({"args": args, "kwargs": kwargs})
}

/// The calls of a layer for Keras, which takes states by their name: a tensor behind the first is a mask for it.
pub(crate) fn for_keras(class: &str, nodes: &Value) -> Value {
    let mut nodes = nodes.clone();
    for node in nodes.as_array_mut().into_iter().flatten() {
        let args = node.get_mut("args").and_then(Value::as_array_mut);
        if let Some(args) = args.filter(|args| is_recurrent(class) && args.len() > 1) {
            let states = args.split_off(1);
            node["kwargs"]["initial_state"] = states.into();
        }
    }
    nodes
}
