namespace XenKube.Parsing.Yaml;

/// <summary>Whose reading of YAML 1.1 is followed where readers differ.</summary>
public enum YamlDialect
{
    /// <summary>go-yaml v2 as ajeddeloh/yaml 6b94386 has it, which is built into ct 0.5.0 and 0.9.0.</summary>
    GoYaml2,

    /// <summary>gopkg.in/yaml.v3 v3.0.1, which is built into Butane 0.19.0.</summary>
    GoYaml3,
}
