using System.Management.Automation;

namespace XenKube.Commands;

/// <summary>
/// The base of converters that make a record of what is only its properties now: it came through Invoke-Command, a job or
/// Import-Clixml. It is made from what this host has, so that nothing is believed that another one said.
/// </summary>
/// <typeparam name="T">Type of the record.</typeparam>
public abstract class RecordConverter<T> : PSTypeConverter
    where T : class
{
    /// <inheritdoc/>
    public override bool CanConvertFrom(object sourceValue, Type destinationType)
    {
        try
        {
            return destinationType == typeof(T) && sourceValue is not null && Convert(PSObject.AsPSObject(sourceValue)) is not null;
        }
        catch (XenKubeException)
        {
            // ConvertFrom says what is wrong.
            return true;
        }
    }

    /// <inheritdoc/>
    public override object ConvertFrom(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase)
    {
        try
        {
            return Convert(PSObject.AsPSObject(sourceValue)) ?? throw new PSInvalidCastException();
        }
        catch (XenKubeException error)
        {
            throw new PSInvalidCastException(error.WordedBy(RemedyWords.Instance).Message, error);
        }
    }

    /// <inheritdoc/>
    public override bool CanConvertTo(object sourceValue, Type destinationType) => false;

    /// <inheritdoc/>
    public override object ConvertTo(object sourceValue, Type destinationType, IFormatProvider formatProvider, bool ignoreCase) =>
        throw new NotSupportedException();

    /// <summary>The record; null if the object is nothing of the kind.</summary>
    /// <param name="source">The object.</param>
    protected abstract T? Convert(PSObject source);

    /// <summary>A property as text; null if it is not there or no text.</summary>
    /// <param name="source">The object.</param>
    /// <param name="property">Name of the property.</param>
    protected static string? Text(PSObject source, string property)
    {
        ArgumentNullException.ThrowIfNull(source);
        return source.Properties[property]?.Value switch
        {
            string text => text,
            PSObject { BaseObject: string text } => text,
            _ => null,
        };
    }

    /// <summary>A path that this host has; null where it is another host's.</summary>
    /// <param name="path">The path.</param>
    protected static string? Here(string? path) => path is not null && (Directory.Exists(path) || File.Exists(path)) ? path : null;
}
