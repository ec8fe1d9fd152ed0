namespace XenKube.Parsing.Yaml;

/// <summary>How a document is read, and what it may cost.</summary>
/// <param name="Dialect">The reader to be like.</param>
public sealed record YamlOptions(YamlDialect Dialect)
{
    /// <summary>How deep collections may be nested; deeper is refused by a positioned error.</summary>
    public int MaxDepth { get; init; } = 10_000;

    /// <summary>The most bytes a document may have.</summary>
    public int MaxBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>
    /// The most nodes that may be visited through aliases when a document is decoded (see <see cref="YamlAliasBudget"/>).
    /// </summary>
    public int MaxAliasedNodes { get; init; } = 1_000_000;

    /// <summary>As the Container Linux Config Transpiler reads.</summary>
    public static YamlOptions GoYaml2 { get; } = new(YamlDialect.GoYaml2);

    /// <summary>As Butane reads.</summary>
    public static YamlOptions GoYaml3 { get; } = new(YamlDialect.GoYaml3);
}
