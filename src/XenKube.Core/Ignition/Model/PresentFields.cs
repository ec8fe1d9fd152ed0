namespace XenKube.Ignition.Model;

/// <summary>
/// The fields of an object that were touched, each with its value. Going through them takes no memory: there are many objects.
/// </summary>
/// <param name="owner">The object.</param>
internal readonly struct PresentFields(ConfigValue owner)
{
    /// <summary>Goes through the fields, in the order of the type.</summary>
    public Enumerator GetEnumerator() => new(owner);

    /// <summary>Whether something holds for each of the fields.</summary>
    public bool All(Func<ConfigValue, ConfigField, bool> holds)
    {
        foreach (var (field, value) in this)
        {
            if (!holds(value, field))
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>The fields as they are now.</summary>
    public List<(ConfigField Field, ConfigValue Value)> ToList()
    {
        var list = new List<(ConfigField, ConfigValue)>();
        foreach (var item in this)
        {
            list.Add(item);
        }
        return list;
    }

    /// <summary>A place in the fields.</summary>
    public struct Enumerator(ConfigValue owner)
    {
        private int index = -1;

        /// <summary>The field at the place, and its value.</summary>
        public (ConfigField Field, ConfigValue Value) Current { readonly get; private set; }

        /// <summary>Goes on to the next field that was touched.</summary>
        public bool MoveNext()
        {
            while (++index < owner.Type.Fields.Count)
            {
                if (owner.Touched(index) is { } value)
                {
                    Current = (owner.Type.Fields[index], value);
                    return true;
                }
            }
            return false;
        }
    }
}
