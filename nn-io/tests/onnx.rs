//! What is in an exported file: read back, its names, shapes and weights; and errors, before there is one.

use nn::prelude::*;
use nn::{Result, UNKNOWN, ops};
use nn_io::onnx::proto::{GraphProto, ModelProto, TensorProto, ValueInfoProto};
use prost::Message;
use std::path::PathBuf;

#[derive(Layer)]
struct Block {
    conv: Conv2D,
    bn: BatchNormalization,
}

#[model]
impl Block {
    fn call(&self, x: Tensor) -> Tensor {
        self.bn(self.conv(x)).relu()
    }
}

#[model]
struct Net {
    blocks: Vec<Block>,
    classifier: Dense,
}

#[model]
impl Net {
    fn call(&self, x: Tensor) -> Tensor {
        let x = self.blocks(x).flatten_from(1);
        self.classifier(x)
    }
}

fn net() -> Net {
    let block = |filters| Block {
        conv: Conv2D::new(filters, 3).padding(Padding::Same),
        bn: BatchNormalization::new(),
    };
    Net {
        blocks: vec![block(4), block(2)],
        classifier: Dense::new(3),
    }
}

/// A path of its own for a test.
fn path(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("nn_io_{}_{name}.onnx", std::process::id()))
}

/// Exports, and reads the file back.
fn exported<L: Layer>(name: &str, model: &L, input: impl InputShapes) -> ModelProto {
    let path = path(name);
    model
        .export_onnx(&path, input)
        .unwrap_or_else(|e| panic!("{e}"));
    let content = std::fs::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    ModelProto::decode(&*content).unwrap()
}

fn graph<L: Layer>(name: &str, model: &L, input: impl InputShapes) -> GraphProto {
    exported(name, model, input).graph
}

/// `input: 1 [batch, 784]`: name, element type, sizes.
fn described(value: &ValueInfoProto) -> String {
    let tensor = &value.value_type.tensor_type;
    let dims = tensor.shape.dim.iter().map(|dim| {
        let size = dim.dim_value.map(|size| size.to_string());
        size.or(dim.dim_param.clone()).unwrap_or("?".to_string())
    });
    let dims: Vec<String> = dims.collect();
    format!("{}: {} [{}]", value.name, tensor.elem_type, dims.join(", "))
}

fn types(graph: &GraphProto) -> Vec<&str> {
    graph
        .node
        .iter()
        .map(|node| node.op_type.as_str())
        .collect()
}

fn initializer<'g>(graph: &'g GraphProto, name: &str) -> &'g TensorProto {
    let found = graph.initializer.iter().find(|t| t.name == name);
    found.unwrap_or_else(|| panic!("no initializer {name}"))
}

#[test]
fn the_head_says_what_made_it() {
    let model = exported("head", &net(), [8, 8, 1]);
    assert_eq!((model.ir_version, model.opset_import[0].version), (8, 17));
    assert_eq!(model.producer_name, "nn");
    assert_eq!(model.producer_version, env!("CARGO_PKG_VERSION"));
    assert_eq!(model.metadata_props[0].key, "model");
    assert_eq!(model.metadata_props[0].value, "Net");
    assert_eq!(model.graph.name, "Net");
}

#[test]
fn weights_and_nodes_have_the_paths_of_the_layers() {
    let model = net();
    let graph = graph("paths", &model, [8, 8, 1]);
    assert_eq!(described(&graph.input[0]), "input: 1 [batch, 8, 8, 1]");
    assert_eq!(described(&graph.output[0]), "classifier: 1 [batch, 3]");
    for p in model.parameters() {
        let found = initializer(&graph, p.path());
        let dims: Vec<usize> = found.dims.iter().map(|&dim| dim as usize).collect();
        assert_eq!(p.shape(), dims, "{}", p.path());
        let values = found.raw_data.chunks_exact(4);
        let values: Vec<f32> = values
            .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
            .collect();
        assert_eq!(values, p.value().to_vec::<f32>().unwrap(), "{}", p.path());
    }
    let names: Vec<&str> = graph.node.iter().map(|node| node.name.as_str()).collect();
    for name in [
        "blocks.0.conv/Conv",
        "blocks.1.bn/BatchNormalization",
        "classifier/Gemm",
    ] {
        assert!(names.contains(&name), "{name} in {names:?}");
    }
    // Every value is made once, before it is read.
    let mut made: Vec<&str> = graph
        .initializer
        .iter()
        .map(|tensor| tensor.name.as_str())
        .collect();
    made.extend(graph.input.iter().map(|value| value.name.as_str()));
    for node in &graph.node {
        for input in node.input.iter().filter(|input| !input.is_empty()) {
            assert!(made.contains(&input.as_str()), "{input} of {}", node.name);
        }
        for output in &node.output {
            assert!(!made.contains(&output.as_str()), "{output} is made twice");
            made.push(output);
        }
    }
    assert!(
        graph
            .output
            .iter()
            .all(|output| made.contains(&output.name.as_str()))
    );
}

#[test]
fn a_batch_in_a_reshape_stays_open() {
    #[derive(Layer)]
    struct Heads {}

    #[model]
    impl Heads {
        fn call(&self, x: Tensor) -> Tensor {
            let (batch, time) = (x.shape()[0], x.shape()[1]);
            let heads = x.reshape([batch, time, 2, 3]).transpose([0, 2, 1, 3]);
            heads.reshape([2 * batch, time, 3])
        }
    }

    let graph = graph("heads", &Heads {}, [UNKNOWN, 6]);
    assert_eq!(described(&graph.input[0]), "input: 1 [batch, time, 6]");
    assert_eq!(
        described(&graph.output[0]),
        "output_1: 1 [2*batch, time, 3]"
    );
    let constants = graph.initializer.iter().filter(|t| t.data_type == 7);
    let shapes: Vec<Vec<i64>> = constants
        .map(|t| {
            let values = t.raw_data.chunks_exact(8);
            values
                .map(|b| i64::from_le_bytes(b.try_into().unwrap()))
                .collect()
        })
        .collect();
    assert!(shapes.contains(&vec![0, 0, 2, 3]), "{shapes:?}");
    let largest = shapes.iter().flatten().max().unwrap();
    assert!(
        *largest <= 6,
        "an open size is in the file as a number: {shapes:?}"
    );
}

#[test]
fn a_recurrent_layer_is_onnx_s_own() {
    let graph = graph("lstm", &LSTM::new(3), [UNKNOWN, 4]);
    assert_eq!(types(&graph).iter().filter(|t| **t == "LSTM").count(), 1);
    assert_eq!(described(&graph.input[0]), "input: 1 [batch, time, 4]");
    let lstm = graph.node.iter().find(|n| n.op_type == "LSTM").unwrap();
    // No first states in the file: they would have the batch.
    assert_eq!(lstm.input.len(), 4, "{lstm:?}");
    let hidden = lstm
        .attribute
        .iter()
        .find(|a| a.name == "hidden_size")
        .unwrap();
    assert_eq!(hidden.i, Some(3));
}

#[test]
fn indices_are_whole_numbers_in_the_file() {
    let graph = graph("embedding", &Embedding::new(10, 4), [UNKNOWN]);
    assert_eq!(described(&graph.input[0]), "input: 7 [batch, time]");
    assert_eq!(described(&graph.output[0]), "output_1: 1 [batch, time, 4]");
    assert!(!types(&graph).contains(&"Cast"), "{:?}", types(&graph));
}

#[test]
fn dropout_leaves_nothing() {
    let model = Sequential::new().add(Dense::new(3)).add(Dropout::new(0.5));
    assert_eq!(types(&graph("dropout", &model, [4])), ["Gemm"]);
}

#[test]
fn outputs_that_are_the_same_or_an_input_have_names_of_their_own() {
    #[derive(Layer)]
    struct Twice {
        dense: Dense,
    }

    #[model]
    impl Twice {
        fn call(&self, x: Tensor) -> (Tensor, Tensor, Tensor) {
            let y = self.dense(&x);
            (y.clone(), y, x)
        }
    }

    let model = Twice {
        dense: Dense::new(2),
    };
    let graph = graph("twice", &model, [2]);
    let names: Vec<&str> = graph
        .output
        .iter()
        .map(|value| value.name.as_str())
        .collect();
    assert_eq!(names, ["dense", "dense_1", "output_3"]);
}

#[derive(Layer)]
struct Noise {}

#[model]
impl Noise {
    fn call(&self, x: Tensor) -> Tensor {
        &x + Tensor::random_normal([x.shape()[0], 4])
    }
}

#[model]
struct Noisy {
    dense: Dense,
    noise: Noise,
}

#[model]
impl Noisy {
    fn call(&self, x: Tensor) -> Tensor {
        self.noise(self.dense(x))
    }
}

#[test]
fn an_operation_without_a_form_is_named_and_no_file_is_made() {
    let model = Noisy {
        dense: Dense::new(4),
        noise: Noise {},
    };
    let path = path("noisy");
    std::fs::write(&path, "as it was").unwrap();
    let error = model.export_onnx(&path, [4]).unwrap_err();
    assert_eq!(error.path(), Some("noise (Noise)"));
    let text = error.to_string();
    assert!(text.contains("`random_normal` has no ONNX form"), "{text}");
    assert!(text.contains("onnx.rs"), "the user's line: {text}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "as it was");
    std::fs::remove_file(&path).unwrap();
}

#[test]
fn a_gradient_of_one_s_own_is_named() {
    #[derive(Layer)]
    struct Straight {}

    #[model]
    impl Straight {
        fn call(&self, x: Tensor) -> Tensor {
            ops::custom_gradient([&x], |[x]| (x.round(), |up: &Tensor| [up.clone()]))
        }
    }

    let error = Straight {}.export_onnx(path("straight"), [4]).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("`custom_gradient` has no ONNX form"),
        "{text}"
    );
    assert!(!path("straight").exists());
}

#[test]
fn open_steps_one_by_one_say_what_to_do() {
    let model = LSTM::new(3).activation(Activation::Relu);
    let error = model.export_onnx(path("steps"), [UNKNOWN, 4]).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("give the open dimension a number"), "{text}");
    assert!(model.export_onnx(path("steps"), [5, 4]).is_ok());
    std::fs::remove_file(path("steps")).unwrap();
}

#[test]
fn a_mistake_in_the_shapes_and_a_folder_that_is_not_there() -> Result<()> {
    let model = net();
    let error = model.export_onnx(path("shapes"), [8, 8]).unwrap_err();
    assert!(error.to_string().contains("rank"), "{error}");
    assert!(!path("shapes").exists());
    let missing = path("missing").join("model.onnx");
    let error = model.export_onnx(&missing, [8, 8, 1]).unwrap_err();
    assert!(error.to_string().contains("there is no folder"), "{error}");
    Ok(())
}
