namespace XenKube.Ignition.Json;

/// <summary>The text is not JSON. Caught by the validator, which makes a report entry of it.</summary>
internal sealed class JsonSyntaxException(string message, int offset) : Exception(message)
{
    /// <summary>How many bytes had been read, the offending one included.</summary>
    public int Offset { get; } = offset;
}
