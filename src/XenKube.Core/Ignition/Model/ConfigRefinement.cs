namespace XenKube.Ignition.Model;

/// <summary>The rest of an object's type, where its further fields depend on those that it always has.</summary>
/// <param name="CommonName">The name in messages of the part that it always has.</param>
/// <param name="CommonFields">How many fields it always has; they are the first.</param>
/// <param name="Choose">Gives the whole type for an object whose common fields were read; null if there is nothing more.</param>
internal sealed record ConfigRefinement(string CommonName, int CommonFields, Func<ConfigValue, ConfigType?> Choose);
