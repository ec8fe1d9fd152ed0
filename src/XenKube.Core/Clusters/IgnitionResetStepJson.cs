using System.Text.Json;
using System.Text.Json.Serialization;

namespace XenKube.Clusters;

/// <summary>A step in JSON is its name.</summary>
public sealed class IgnitionResetStepJson : JsonConverter<IgnitionResetStep>
{
    /// <inheritdoc/>
    public override IgnitionResetStep Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.GetString() == new CleanStep().Name ? new CleanStep() : IgnitionResetStep.Parse(reader.GetString() ?? "");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, IgnitionResetStep value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.Name);
}
