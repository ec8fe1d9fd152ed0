namespace XenKube.Parsing.Yaml;

/// <summary>Whose reading of YAML 1.1 is followed where readers differ.</summary>
public enum YamlDialect
{
    /// <summary>go-yaml of 2017, which the Container Linux Config Transpiler was built with.</summary>
    GoYaml2,

    /// <summary>go-yaml v3, which Butane is built with.</summary>
    GoYaml3,
}
