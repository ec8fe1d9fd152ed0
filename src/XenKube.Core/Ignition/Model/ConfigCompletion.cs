namespace XenKube.Ignition.Model;

/// <summary>
/// Completes an object of an Ignition config that was copied from a language's object: what the two do not have under the same
/// name. A completion that fails clears the object, which then is not part of the config.
/// </summary>
/// <param name="from">The language's object.</param>
/// <param name="to">The config's object.</param>
/// <param name="path">The place of the language's object in its document.</param>
/// <param name="translation">The translation under way.</param>
internal delegate void ConfigCompletion(ConfigValue from, ConfigValue to, ConfigPath path, FieldTranslation translation);
