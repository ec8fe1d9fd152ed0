namespace XenKube.Parsing.Yaml;

/// <summary>Reads the first document of a YAML 1.1 stream into nodes with positions.</summary>
/// <remarks>
/// Held against ajeddeloh/yaml 6b94386, the fork of go-yaml v2 in ct 0.5.0 and 0.9.0, and gopkg.in/yaml.v3 v3.0.1 in Butane 0.19.0.
/// </remarks>
public static class YamlReader
{
    /// <summary>Reads a document.</summary>
    /// <param name="bytes">UTF-8 with or without a mark, or UTF-16 with one.</param>
    /// <param name="options">The reader to be like, and the limits.</param>
    /// <returns>The top node, or null where the stream holds no document at all.</returns>
    /// <exception cref="YamlException">The text is not YAML, or beyond a limit.</exception>
    public static YamlNode? Read(ReadOnlySpan<byte> bytes, YamlOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (bytes.Length > options.MaxBytes)
        {
            throw new YamlException($"the document has {bytes.Length} bytes, more than the {options.MaxBytes} that are read");
        }
        return new YamlTreeBuilder(new YamlScanner(YamlText.Decode(bytes), options), options).Build();
    }
}
