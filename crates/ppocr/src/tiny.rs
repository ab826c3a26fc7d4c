//! A model file in the shape of PP-OCR's and small enough to be written down, for tests.

use std::cell::RefCell;

use rten_onnx::onnx::{
    AttributeProto, AttributeType, DataType, Dimension, GraphProto, ModelProto, NodeProto, OperatorSetIdProto,
    StringStringEntryProto, TensorProto, TensorShapeProto, TypeProto, TypeProtoTensor, ValueInfoProto,
};

/// How many classes it has.
pub(crate) const CLASSES: usize = 5;

/// A rectifier, a depthwise layer, the mean of each column, the last layer.
pub(crate) fn model() -> Vec<u8> {
    encoded(graph(), true)
}

/// Without the named operator, or without the list of characters.
pub(crate) fn model_without(what: &str) -> Vec<u8> {
    let mut graph = graph();
    graph.node.retain(|node| node.op_type.as_deref() != Some(what));
    encoded(graph, what != "character")
}

/// What comes before the depthwise layer is wanted after it once more.
pub(crate) fn model_that_looks_past_its_depthwise_layer() -> Vec<u8> {
    let mut graph = graph();
    graph.node[3].input[0] = "rectified".to_owned();
    encoded(graph, true)
}

fn graph() -> GraphProto {
    let numbers = |count: usize, seed: usize| -> Vec<f32> {
        (0..count).map(|i| ((i + seed) * 29 % 83) as f32 / 40.0 - 1.0).collect()
    };
    GraphProto {
        node: vec![
            node("Relu", &["x"], "rectified", vec![]),
            node(
                "Conv",
                &["rectified", "kernels"],
                "convolved",
                vec![
                    ints("kernel_shape", &[3, 3]),
                    ints("pads", &[1; 4]),
                    ints("dilations", &[1, 1]),
                    ints("strides", &[2, 1]),
                    int("group", 3),
                ],
            ),
            node("Add", &["convolved", "kernel_bias"], "biased", vec![]),
            node("ReduceMean", &["biased"], "means", vec![ints("axes", &[2]), int("keepdims", 0)]),
            node("Transpose", &["means"], "features", vec![ints("perm", &[0, 2, 1])]),
            node("MatMul", &["features", "weights"], "product", vec![]),
            node("Add", &["product", "bias"], "sum", vec![]),
            node("Identity", &["sum"], "values", vec![]),
            node("Softmax", &["values"], "y", vec![int("axis", 2)]),
        ],
        initializer: vec![
            tensor("kernels", &[3, 1, 3, 3], &numbers(27, 1)),
            tensor("kernel_bias", &[1, 3, 1, 1], &numbers(3, 2)),
            tensor("weights", &[3, CLASSES as i64], &numbers(3 * CLASSES, 3)),
            tensor("bias", &[CLASSES as i64], &numbers(CLASSES, 4)),
        ],
        input: vec![value("x", 4)],
        output: vec![value("y", 3)],
        value_info: vec![value("rectified", 4), value("biased", 4), value("features", 3)],
    }
}

fn encoded(graph: GraphProto, with_characters: bool) -> Vec<u8> {
    let characters = StringStringEntryProto { key: Some("character".to_owned()), value: Some("a\nb\nc".to_owned()) };
    let model = ModelProto {
        ir_version: Some(10),
        graph: Some(graph),
        opset_import: vec![OperatorSetIdProto { version: Some(11), ..OperatorSetIdProto::default() }],
        metadata_props: with_characters.then_some(characters).into_iter().collect(),
        ..ModelProto::default()
    };
    model.write_buf().expect("encodes")
}

fn node(operator: &str, inputs: &[&str], output: &str, attribute: Vec<AttributeProto>) -> NodeProto {
    NodeProto {
        op_type: Some(operator.to_owned()),
        input: inputs.iter().map(|&input| input.to_owned()).collect(),
        output: vec![output.to_owned()],
        attribute,
        ..NodeProto::default()
    }
}

fn ints(name: &str, values: &[i64]) -> AttributeProto {
    AttributeProto {
        name: Some(name.to_owned()),
        ints: values.to_vec(),
        r#type: Some(AttributeType::INTS),
        ..AttributeProto::default()
    }
}

fn int(name: &str, value: i64) -> AttributeProto {
    AttributeProto {
        name: Some(name.to_owned()),
        i: Some(value),
        r#type: Some(AttributeType::INT),
        ..AttributeProto::default()
    }
}

fn tensor(name: &str, dims: &[i64], numbers: &[f32]) -> TensorProto {
    let bytes = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
    TensorProto {
        dims: dims.to_vec(),
        data_type: Some(DataType::FLOAT),
        name: Some(name.to_owned()),
        raw_data: Some(RefCell::new(bytes)),
        ..TensorProto::default()
    }
}

/// A value whose dimensions are not known.
fn value(name: &str, dimensions: usize) -> ValueInfoProto {
    let dim = |index| Dimension { dim_value: None, dim_param: Some(format!("{name}{index}")) };
    let shape = TensorShapeProto { dim: (0..dimensions).map(dim).collect() };
    let tensor = TypeProtoTensor { elem_type: Some(DataType::FLOAT), shape: Some(shape) };
    ValueInfoProto {
        name: Some(name.to_owned()),
        r#type: Some(TypeProto { tensor_type: Some(tensor), ..TypeProto::default() }),
    }
}
