//! Functional models from configurations that somebody wrote: what cannot be is an error, and what can be is read in time.

use nn_core::{DType, Layer, Module, Tensor};
use nn_layers::{Functional, Identity, Input, On};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

type OneToOne = Functional<Tensor, Tensor>;
type OneToTwo = Functional<Tensor, (Tensor, Tensor)>;
type TwoToOne = Functional<(Tensor, Tensor), Tensor>;

/// The configuration of a model of one operation.
fn of(y: impl Fn(&Tensor, &Tensor) -> Tensor) -> Value {
    let (x, z) = (Input::new([4, 3]), Input::new([4, 3]));
    let y = y(&x, &z);
    TwoToOne::new((x, z), y).unwrap().config()
}

/// The entry of the operation in it.
fn operation(config: &mut Value) -> &mut Value {
    let layers = config["config"]["layers"].as_array_mut().unwrap();
    let operations = layers.iter_mut();
    let mut operations = operations.filter(|entry| entry["class_name"] == "Operation");
    operations.next_back().unwrap()
}

fn refused(name: &str, config: &Value) {
    assert!(TwoToOne::from_config(config).is_err(), "{name}: {config}");
}

#[test]
fn an_operation_of_a_file_is_checked_as_one_that_is_called() {
    type Operation = fn(&Tensor, &Tensor) -> Tensor;
    let wrong: [(&str, Operation, Value); 15] = [
        (
            "transpose",
            |x, _| x.transpose([0, 2, 1]),
            json!({"axes": [0, 7, 1]}),
        ),
        (
            "transpose",
            |x, _| x.transpose([0, 2, 1]),
            json!({"axes": [0, 1, 1]}),
        ),
        (
            "transpose",
            |x, _| x.transpose([0, 2, 1]),
            json!({"axes": [0]}),
        ),
        (
            "pad",
            |x, _| x.pad([(0, 0), (1, 0), (0, 1)]),
            json!({"paddings": [[1, 1]], "value": 0.0}),
        ),
        (
            "unstack",
            |x, _| x.unstack(1).remove(0),
            json!({"axis": 9, "count": 4}),
        ),
        (
            "unstack",
            |x, _| x.unstack(1).remove(0),
            json!({"axis": 0, "count": 1_u64 << 40}),
        ),
        (
            "split",
            |x, _| x.split(2, 1).remove(0),
            json!({"axis": 0, "pieces": 1_u64 << 40}),
        ),
        (
            "split",
            |x, _| x.split(2, 1).remove(0),
            json!({"axis": 0, "pieces": 0}),
        ),
        (
            "take",
            |x, _| x.take(&Tensor::from([1_i64]), 1),
            json!({"axis": 5}),
        ),
        (
            "concatenate",
            |x, z| nn_core::concatenate([x, z], 1),
            json!({"axis": -9}),
        ),
        (
            "sum",
            |x, _| x.sum_axes([1], false),
            json!({"axes": [1_u64 << 40], "keepdims": false}),
        ),
        (
            "cumsum",
            |x, _| x.cumsum(1),
            json!({"axis": -7, "reverse": false}),
        ),
        ("powi", |x, _| x.powi(3), json!({"exponent": 1_u64 << 40})),
        (
            "reshape",
            |x, _| x.reshape([x.shape()[0], 12]),
            json!({"shape": ["_", 1_u64 << 40]}),
        ),
        (
            "slice",
            |x, _| x.slice_axis(1, 0..2),
            json!({"start": [0], "stop": [1], "step": [0]}),
        ),
    ];
    for (name, y, attributes) in wrong {
        let mut config = of(y);
        let entry = operation(&mut config);
        assert_eq!(entry["config"]["op"], name);
        entry["config"]["attributes"] = attributes;
        refused(name, &config);
    }
    // Another number of tensors than it takes, and others.
    let several: [(&str, Operation); 6] = [
        ("add", |x, z| x + z),
        ("matmul", |x, z| x.matmul(z.transpose([0, 2, 1]))),
        ("softmax", |x, _| x.softmax(-1)),
        ("take", |x, _| x.take(&Tensor::from([1_i64]), 1)),
        ("where", |x, z| nn_core::where_(x.greater(z), x, z)),
        ("argmax", |x, _| x.argmax(1)),
    ];
    for (name, y) in several {
        let config = of(y);
        for change in 0..3 {
            let mut config = config.clone();
            let arguments = &mut operation(&mut config)["inbound_nodes"][0]["args"];
            let list = arguments.as_array_mut().unwrap();
            match change {
                0 => list.clear(),
                1 => list.extend(vec![list[0].clone(); 7]),
                _ => {
                    list[0] = json!({"class_name": "__tensor__", "config": {"value": [[true]], "dtype": "bool"}})
                }
            }
            // The first of `where` is a `bool` tensor anyway.
            if (name, change) != ("where", 2) {
                refused(name, &config);
            }
        }
        // An operation of another name with these settings and tensors is what it is, or an error.
        for other in [
            "transpose",
            "scatter_add",
            "one_hot",
            "recurrent",
            "attention",
            "batch_norm",
            "top_k",
            "take_along",
            "full",
            "random_normal",
            "solve",
            "solve_triangular",
            "fft",
            "svd",
            "segment_max",
            "scatter_update",
            "ravel_index",
            "searchsorted",
            "hash_bucket",
            "cross_hashed",
            "gcd",
            "conv2d",
            "conv2d_transpose",
            "max_pool2d",
            "adaptive_avg_pool2d",
            "resize",
            "affine_transform",
        ] {
            let mut config = config.clone();
            operation(&mut config)["config"]["op"] = other.into();
            let _ = TwoToOne::from_config(&config);
        }
    }
    let mut config = of(|x, _| x * 2.0);
    config["config"]["layers"][0]["config"]["batch_shape"] = json!([]);
    refused("an input without a batch", &config);
}

#[test]
fn what_goes_in_has_the_type_of_the_input() {
    let x = Input::new([3]);
    let model = OneToOne::new(x.clone(), (&x + 1.5).maximum(&x)).unwrap();
    for given in [DType::I64, DType::U8, DType::F64] {
        let y = model.forward(Tensor::from([[1.0_f32, 2.0, 3.0]]).cast(given));
        assert_eq!(y.to_vec::<f32>().unwrap(), [2.5, 3.5, 4.5]);
    }
}

#[test]
fn whole_numbers_of_a_constant_come_back() {
    let x = Input::of([2], DType::I64);
    let model = OneToOne::new(x.clone(), &x + Tensor::from([(1_i64 << 53) + 1, -7])).unwrap();
    let copy = OneToOne::from_config(&model.config()).unwrap();
    let y = copy.forward(Tensor::from([[0_i64, 0]]));
    assert_eq!(y.to_vec::<i64>().unwrap(), [(1 << 53) + 1, -7]);
}

#[test]
fn a_constant_keeps_its_shape_without_a_number_in_it() {
    let x = Input::new([3]);
    let shapes = [
        &[2, 0][..],
        &[0],
        &[0, 3],
        &[2, 0, 3],
        &[0, 0],
        &[1, 2, 0],
        &[2, 1],
        &[],
    ];
    for shape in shapes {
        for dtype in [DType::F32, DType::I64, DType::Bool] {
            let constant = Tensor::ones(shape).cast(dtype);
            let outputs = (&x * 2.0, constant.clone());
            let model = OneToTwo::new(x.clone(), outputs).unwrap();
            let copy = OneToTwo::from_config(&model.config()).unwrap();
            let (_, found) = copy.forward(Tensor::ones([1, 3]));
            assert_eq!(
                (found.shape(), found.dtype()),
                (constant.shape(), dtype),
                "{shape:?}"
            );
            let numbers = found.cast(DType::F32).to_vec::<f32>().unwrap();
            assert_eq!(numbers, vec![1.0; constant.num_elements()]);
        }
    }
}

#[test]
fn a_constant_of_uneven_lists_or_of_another_shape_is_refused() {
    let x = Input::new([3]);
    let model = OneToTwo::new(x.clone(), (&x * 2.0, Tensor::ones([2, 3]))).unwrap();
    let with = |constant: Value| {
        let mut config = model.config();
        config["config"]["output_layers"][1]["config"] = constant;
        OneToTwo::from_config(&config)
    };
    assert!(with(json!({"value": [[1, 2, 3], [4, 5, 6]], "dtype": "float32"})).is_ok());
    for wrong in [
        // As many numbers as three lists of two.
        json!({"value": [[1, 2], [3], [4, 5, 6]], "dtype": "float32"}),
        json!({"value": [[1, 2], 3], "dtype": "float32"}),
        json!({"value": [1, [2]], "dtype": "float32"}),
        json!({"value": [], "dtype": "float32", "shape": [2, 3]}),
        json!({"value": [], "dtype": "float32", "shape": [null, 0]}),
        json!({"value": [], "dtype": "float32", "shape": 0}),
        json!({"value": [1, 2], "dtype": "float32", "shape": [3]}),
        json!({"value": [[[[[[[[[1]]]]]]]]], "dtype": "float32"}),
    ] {
        assert!(with(wrong.clone()).is_err(), "{wrong}");
    }
}

#[test]
fn many_layers_in_any_order_are_read_in_time() {
    let x = Input::new([1]);
    let mut y = x.clone();
    for _ in 0..5_000 {
        y = Identity::new().on(&y);
    }
    let began = Instant::now();
    let mut config = OneToOne::new(x, y).unwrap().config();
    config["config"]["layers"].as_array_mut().unwrap().reverse();
    let model = OneToOne::from_config(&config).unwrap();
    assert_eq!(
        model.config()["config"]["layers"].as_array().unwrap().len(),
        5_001
    );
    // Each entry once is milliseconds; each time that another was made, minutes.
    assert!(
        began.elapsed() < Duration::from_secs(20),
        "{:?}",
        began.elapsed()
    );
}
